// The few things the views do to the document. Text goes in as text, never as HTML.

export const byId = (id) => document.getElementById(id);

/** A copy of a template of index.html, and its parts by their `data-field`. */
export function clone(templateId) {
  const element = byId(templateId).content.firstElementChild.cloneNode(true);
  return { element, fields: fields(element) };
}

/** The parts of an element by their `data-field`. */
export function fields(element) {
  const found = {};
  for (const part of element.querySelectorAll("[data-field]")) found[part.dataset.field] = part;
  return found;
}

/** Set the text of an element without children, only if it differs. */
export function setText(element, text) {
  const node = element.firstChild;
  if (node === null) element.textContent = text;
  else if (node.nodeValue !== text) node.nodeValue = text;
}

/** Set an attribute, only if it differs; null removes it. */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Set a custom property that the style sheet turns into a size, only if it differs. */
export function setShare(element, share) {
  const text = String(Math.round(share * 1000) / 1000);
  if (element.style.getPropertyValue("--share") !== text) element.style.setProperty("--share", text);
}

/** A signed figure, coloured by its direction. */
export function setSigned(element, text, direction) {
  setText(element, text);
  setAttribute(element, "data-direction", direction);
}

/** A button that leads to a market: hidden when there is none, its action looked up on `data-select`. */
export function setMarketLink(button, marketId) {
  button.hidden = !marketId;
  setAttribute(button, "data-select", marketId || null);
}

// Tabs as the ARIA practices describe them: arrows move between tabs, Tab goes on into the panel.

import { setAttribute } from "../dom.js";

export function tabs(list) {
  const all = [...list.querySelectorAll("[role=tab]")];

  function open(tab) {
    for (const one of all) {
      setAttribute(one, "aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
  }

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) open(tab);
  });
  list.addEventListener("keydown", (event) => {
    const place = all.indexOf(document.activeElement);
    const targets = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: all.length - 1 };
    if (place < 0 || !(event.key in targets)) return;
    event.preventDefault();
    const tab = all.at(targets[event.key] % all.length);
    open(tab);
    tab.focus();
  });
}

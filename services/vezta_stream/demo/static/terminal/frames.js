// Runs one piece of work per animation frame, and none while nothing asks for it.

/** Returns a function that asks for `work` in the next frame, however often it is called before. */
export function oncePerFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

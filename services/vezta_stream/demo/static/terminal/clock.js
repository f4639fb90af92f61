// The browser's time, as the parts that decide things get it; tests pass their own.

export const clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

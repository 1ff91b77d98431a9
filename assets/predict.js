// Twelve numbers pasted into any bin of the Predict form spread over all twelve.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.predict = {
  spread(values, before, history) {
    const { no_update } = window.dash_clientside;
    const unchanged = [values.map(() => no_update), no_update];
    const pasted = values.find((value) => /\S[\s,;|]+\S/.test(value || ""));
    const parts = (pasted || "").trim().split(/[\s,;|]+/).filter(Boolean);
    if (parts.length !== values.length) return unchanged;
    return [parts, [...(history || []), before].slice(-50)];
  },

  // The server refuses files beyond its limit without a word to the page, so the page looks first.
  admit(contents, name, limit) {
    if (!contents) return [window.dash_clientside.no_update, window.dash_clientside.no_update];
    const bytes = Math.floor((contents.length - contents.indexOf(",") - 1) * 0.75);
    return [bytes > limit ? { name, bytes, contents: null } : { name, bytes, contents }, null];
  },
};

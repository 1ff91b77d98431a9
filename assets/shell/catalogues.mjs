// The menu of catalogues: choosing one goes to its address; what else the address said belonged to the other one.
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  catalogues: {
    go(name) {
      const asked = new URLSearchParams(window.location.search).get("catalogue");
      return name && name !== asked ? `?catalogue=${encodeURIComponent(name)}` : window.dash_clientside.no_update;
    },
  },
});

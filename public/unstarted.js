// Says so where the page's WebAssembly does not start: without it, nothing on the page answers.
addEventListener("unhandledrejection", ({ reason }) => {
  if ("peerceptron" in window || document.querySelector(".panic") !== null) return;
  const alert = document.createElement("p");
  alert.className = "panic";
  alert.setAttribute("role", "alert");
  alert.textContent =
    `This page did not start (${reason?.message ?? reason}). Reload it; if that does not help, ` +
    "use a current Chromium, Firefox or Safari: older ones lack parts of WebAssembly that it needs.";
  document.body.append(alert);
});

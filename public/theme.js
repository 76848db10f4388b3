// Uses the theme that was chosen on this device, before the first paint. Without a choice the system's theme holds.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is refused: the system's theme holds.
}

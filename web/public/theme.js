// The colours that were chosen in this browser, before the page is drawn: settings.ts has what they can be.
try {
  const theme = localStorage.getItem('queue-ops.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Forbidden by the browser: then it is what the system says.
}

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  // Relative, so that the page also works behind a proxy that serves it under a path.
  base: './',
  plugins: [react()],
  build: {
    // data: URLs and inline scripts would not pass the policy `default-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `vite` alone shows the page of the sources over a server that runs on its default port.
  server: { proxy: { '/api': 'http://127.0.0.1:3000', '/admin': 'http://127.0.0.1:3000' } },
})

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compression, defineAlgorithm } from 'vite-plugin-compression2'

/** The page, in dist/page; with `--ssr` what makes its first HTML on the server, in dist/render, with React in it. */
export default defineConfig(({ isSsrBuild }) => ({
  // Relative, so that the page also works behind a proxy that serves it under a path.
  base: './',
  plugins: [
    react(),
    ...(isSsrBuild
      ? []
      : [
          compression({
            include: /\.(?:js|css|svg)$/,
            algorithms: [defineAlgorithm('gzip', { level: 9 }), 'brotliCompress'],
          }),
        ]),
  ],
  build: {
    outDir: isSsrBuild ? 'dist/render' : 'dist/page',
    copyPublicDir: !isSsrBuild,
    // data: URLs and inline scripts would not pass the policy `default-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // React asks for it when it is loaded, and the server's own environment says nothing of it.
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  ssr: { noExternal: true },
  // `vite` alone shows the page of the sources over a server that runs on its default port.
  server: { proxy: { '/api': 'http://127.0.0.1:3000', '/admin': 'http://127.0.0.1:3000' } },
}))

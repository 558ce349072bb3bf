import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { offlineWorker } from './offline_worker.ts'
import { patchWebForms } from './patches/plugin.ts'
import { PATCHES } from './patches/web_forms.ts'

// The oldest browsers it must run in: Android 10 phones that still update, and WeChat's own. The engine needs no less.
const BROWSERS = ['chrome99', 'safari15.4']

export default defineConfig({
  base: '/w/',
  plugins: [
    patchWebForms(PATCHES),
    vue(),
    offlineWorker(),
  ],
  build: {
    // The phone's page, and the one on which the office tries a form's draft out.
    rolldownOptions: { input: ['index.html', 'preview.html'] },
    target: BROWSERS,
    cssTarget: BROWSERS,
    sourcemap: false,
    license: { fileName: 'LICENSES.md' },
    chunkSizeWarningLimit: 4000,
  },
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'happy-dom',
  },
})

/** Starts the page on which the office tries a draft out: the engine of the phone, without its outbox. */
import { createApp } from 'vue'
import PreviewPage from './PreviewPage.vue'
import '../styles/phone.css'
import '../styles/shell.css'

createApp(PreviewPage).mount('#app')

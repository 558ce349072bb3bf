import { createApp, h } from 'vue'

createApp({ render: () => h('p', '网格') }).mount('#app')

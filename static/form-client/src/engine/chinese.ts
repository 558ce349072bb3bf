/** Words PrimeVue speaks, on the screen and to a screen reader. */

const DAYS = ['日', '一', '二', '三', '四', '五', '六']
const MONTHS = Array.from({ length: 12 }, (_, index) => `${index + 1}月`)

export const CHINESE = {
  accept: '好', reject: '不', cancel: '取消', choose: '选择', upload: '上传', apply: '用', clear: '清除', today: '今天',
  emptyMessage: '没有可选的', emptyFilterMessage: '没有找到', emptySearchMessage: '没有找到',
  emptySelectionMessage: '还没有选', searchMessage: '找到{0}个', selectionMessage: '选了{0}个',
  fileChosenMessage: '选了{0}个文件', noFileChosenMessage: '没有选文件', pending: '等待中', completed: '完成',
  weekHeader: '周', firstDayOfWeek: 1, showMonthAfterYear: true, dateFormat: 'yy年m月d日', am: '上午', pm: '下午',
  dayNames: DAYS.map((day) => `星期${day}`), dayNamesShort: DAYS.map((day) => `周${day}`), dayNamesMin: DAYS,
  monthNames: MONTHS, monthNamesShort: MONTHS,
  chooseDate: '选日期', chooseMonth: '选月份', chooseYear: '选年份', prevDecade: '前十年', nextDecade: '后十年',
  prevYear: '上一年', nextYear: '下一年', prevMonth: '上个月', nextMonth: '下个月', prevHour: '减一小时', nextHour: '加一小时',
  prevMinute: '减一分钟', nextMinute: '加一分钟', prevSecond: '减一秒', nextSecond: '加一秒',
  passwordPrompt: '请输入', weak: '弱', medium: '中', strong: '强',
  aria: {
    trueLabel: '是', falseLabel: '否', nullLabel: '没选', star: '一颗星', stars: '{star}颗星', selectAll: '全选',
    unselectAll: '全不选', close: '关闭', previous: '前一个', next: '后一个', navigation: '导航', scrollTop: '回到顶上',
    moveTop: '移到最前', moveUp: '上移', moveDown: '下移', moveBottom: '移到最后', listLabel: '选项', filterLabel: '查找',
    selectLabel: '请选', unselectLabel: '取消选择', expandLabel: '展开', collapseLabel: '收起', showFilterMenu: '打开查找',
    hideFilterMenu: '收起查找', minimizeLabel: '缩小', maximizeLabel: '放大', cancelEdit: '取消', saveEdit: '存下',
    editRow: '改', removeLabel: '去掉', jumpToPageDropdownLabel: '到第几页', jumpToPageInputLabel: '到第几页',
    pageLabel: '第{page}页', firstPageLabel: '第一页', lastPageLabel: '最后一页', nextPageLabel: '下一页',
    prevPageLabel: '上一页', passwordShow: '显示', passwordHide: '隐藏', slideNumber: '第{slideNumber}张',
    zoomImage: '放大', zoomIn: '放大', zoomOut: '缩小', rotateLeft: '向左转', rotateRight: '向右转', slide: '张',
    rowsPerPageLabel: '每页几行', browseFiles: '找文件',
  },
}

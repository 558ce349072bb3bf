/** Words of @getodk/web-forms that reach a screen or a screen reader: as they stand in the package, in Chinese, how often. */

export const WORDS: [pattern: string, replacement: string, count?: number][] = [
  // 校验
  ['"Condition not satisfied: constraint"', '"这个答案不符合要求"'],
  ['"Condition not satisfied: required"', '"这一题要回答"'],
  // 定位
  ['[GEOPOINT_ACCURACY_QUALITY.GOOD]: "Good accuracy"', '[GEOPOINT_ACCURACY_QUALITY.GOOD]: "定位准"'],
  ['[GEOPOINT_ACCURACY_QUALITY.ACCEPTABLE]: "Good accuracy"', '[GEOPOINT_ACCURACY_QUALITY.ACCEPTABLE]: "定位可用"'],
  ['"Poor accuracy"', '"定位不太准"'],
  ['"Unknown accuracy"', '"不知道准不准"'],
  ['"Finding your location"', '"正在定位"'],
  ['" Location will be saved at " + toDisplayString(eA.options.accuracyThreshold) + " m "', '"精度到" + toDisplayString(eA.options.accuracyThreshold) + "米就自动存下"'],
  ['"Time taken to capture location: "', '"已用时间："'],
  ['" Previous saved location at " + toDisplayString(unref(truncateDecimals)(rA.value.value, nA)) + " m "', '"上次存的精度是" + toDisplayString(unref(truncateDecimals)(rA.value.value, nA)) + "米"'],
  ['toDisplayString(unref(truncateDecimals)(iA.value.value, nA)) + " m - "', 'toDisplayString(unref(truncateDecimals)(iA.value.value, nA)) + "米，"'],
  ['label: "Cancel",\n            onClick: IA[1]', 'label: "取消",\n            onClick: IA[1]'],
  ['label: "Save location"', 'label: "用这个位置"'],
  ['"Get location"', '"取当前位置"'],
  ['"Try again"', '"重新定位"'],
  ['"Cannot access location"', '"取不到位置"'],
  ['"Grant location permission in the browser settings and make sure location is turned on."', '"请打开手机定位，并在浏览器设置里允许使用位置。"'],
  ['"Accuracy: " + toDisplayString(unref(truncateDecimals)(oA.accuracy, { decimals: 3 })) + " m,"', '"精度" + toDisplayString(unref(truncateDecimals)(oA.accuracy, { decimals: 0 })) + "米，"'],
  ['"Latitude: " + toDisplayString(oA.latitude) + ","', '"纬度" + toDisplayString(oA.latitude) + "，"'],
  ['"Longitude: " + toDisplayString(oA.longitude) + "."', '"经度" + toDisplayString(oA.longitude)'],
  ['" Unable to load map "', '"图打不开"'],
  // 其他题
  ['"Rank items"', '"排顺序"'],
  ['" Okay "', '"确认"'],
  ['{ literal: "Repeat Item" }', '{ literal: "一项" }'],
  ['label: "Remove",', 'label: "删掉这一项",'],
  ['createTextVNode(" Add ", -1)', 'createTextVNode("再加", -1)'],
  // 题里的图、声音、录像
  ['"Cannot fetch media. Verify the URL and fetch settings."', '"这个文件取不到"'],
  ['`Media not found. File: ${uA.href}`', '"这个文件没有下载到手机上"'],
  ['`Cannot fetch media. Unknown error. File: ${uA.href}`', '"这个文件取不到"'],
  ['`Failed to load audio. File: ${eA.resourceUrl.href}`', '"这段声音放不出来"'],
  ['`Failed to load image. File: ${eA.resourceUrl?.href}`', '"这张图打不开"'],
  ['`Failed to load video. File: ${eA.resourceUrl.href}`', '"这段录像放不出来"'],
]

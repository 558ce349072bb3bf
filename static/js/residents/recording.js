// 录一段话: where the browser can record, a button takes the place of the file field. Without this file, or without a
// microphone, the field stays as it is and the telephone's own recorder opens.
const KINDS = ["audio/mp4", "audio/webm", "audio/ogg"];

function supported() {
  return Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder && window.DataTransfer);
}

function offer(box) {
  const field = box.querySelector("input");
  const seconds = Number(box.dataset.seconds);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  const heard = document.createElement("audio");
  heard.controls = true;
  heard.hidden = true;
  let recorder = null;
  let clock = 0;

  function idle(words) {
    button.textContent = words;
    button.classList.remove("recording");
  }

  function keep(pieces, kind) {
    const file = new File(pieces, "voice", { type: kind });
    const files = new DataTransfer();
    files.items.add(file);
    field.files = files.files;
    heard.src = URL.createObjectURL(file);
    heard.hidden = false;
    idle("重新录");
  }

  function count(left) {
    if (left <= 0) recorder?.stop();
    else button.textContent = `录音中，还有 ${left} 秒，按一下停`;
  }

  async function begin() {
    const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    const kind = KINDS.find((each) => MediaRecorder.isTypeSupported(each));
    const pieces = [];
    recorder = new MediaRecorder(sound, { mimeType: kind, audioBitsPerSecond: 32000 });
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = () => {
      clearInterval(clock);
      sound.getTracks().forEach((track) => track.stop());
      recorder = null;
      keep(pieces, kind);
    };
    recorder.start();
    button.classList.add("recording");
    let left = seconds;
    count(left);
    clock = setInterval(() => count((left -= 1)), 1000);
  }

  button.addEventListener("click", () => {
    if (recorder) {
      recorder.stop();
      return;
    }
    begin().catch(() => {
      button.remove();
      field.hidden = false;
    });
  });
  idle("按一下，开始说");
  field.hidden = true;
  field.after(button, heard);
}

if (supported()) document.querySelectorAll("[data-recording]").forEach(offer);

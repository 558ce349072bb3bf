// 拍一张照片: a button in place of the browser's own field, the photo shown, and made small before it is sent: a photo of
// eight megabytes takes five minutes on a slow line. Where anything fails, the photo goes as it is.
const LONGEST = 1600;
const QUALITY = 0.8;

async function made_small(file) {
  const photo = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(photo.width, photo.height));
  const sheet = document.createElement("canvas");
  sheet.width = Math.round(photo.width * scale);
  sheet.height = Math.round(photo.height * scale);
  sheet.getContext("2d").drawImage(photo, 0, 0, sheet.width, sheet.height);
  const bytes = await new Promise((done) => sheet.toBlob(done, "image/jpeg", QUALITY));
  return new File([bytes], "photo.jpg", { type: "image/jpeg" });
}

function offer(box) {
  const field = box.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "按一下，拍照或选照片";
  const shown = document.createElement("img");
  shown.className = "chosen";
  shown.alt = "选好的照片";
  shown.hidden = true;

  async function put() {
    const small = await made_small(field.files[0]);
    const files = new DataTransfer();
    files.items.add(small);
    field.files = files.files;
    shown.src = URL.createObjectURL(small);
    shown.hidden = false;
  }

  button.addEventListener("click", () => field.click());
  field.addEventListener("change", () => {
    if (field.files.length === 0) return;
    button.textContent = "换一张";
    put().catch(() => {
      field.hidden = false;
    });
  });
  field.hidden = true;
  field.after(button, shown);
}

if (window.DataTransfer && window.createImageBitmap) document.querySelectorAll("[data-photo]").forEach(offer);

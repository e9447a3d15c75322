// A locator moves the viewer that is on the page to its page or second. Without this the link opens the file there.

function show(source, link) {
  const frame = source.querySelector("[data-frame]");
  const media = source.querySelector("[data-media]");
  if (frame && link.dataset.page) {
    const fresh = frame.cloneNode(); // a PDF viewer may ignore a new fragment, a new frame never does
    fresh.removeAttribute("loading");
    fresh.src = link.href.replace("#", "#view=FitH&navpanes=0&"); // the page, and no column of small ones beside it
    frame.replaceWith(fresh);
  }
  if (media && link.dataset.seconds) {
    const seek = () => { media.currentTime = Number(link.dataset.seconds); media.play().catch(() => {}); };
    if (media.readyState >= HTMLMediaElement.HAVE_METADATA) seek();
    else { media.addEventListener("loadedmetadata", seek, { once: true }); media.load(); }
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-locator]");
  const source = link && document.querySelector(`[data-source="${CSS.escape(link.dataset.locator)}"]`);
  if (!source || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const other of document.querySelectorAll("[data-shown]")) delete other.dataset.shown;
  source.dataset.shown = "";
  show(source, link);
  source.scrollIntoView({ block: "start" });
});

// Minutes that count up by themselves: <time data-since datetime data-amber data-red>.
// Counted by the server's clock, because a wall PC's may be wrong.
const skew = Number(document.body.dataset.now || 0) * 1000 - Date.now() || 0;
const offset = Math.abs(skew) > 90_000 ? skew : 0;

export function duration(minutes) {
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

function update() {
  const now = Date.now() + offset;
  for (const element of document.querySelectorAll("[data-since]")) {
    const minutes = Math.max(0, Math.floor((now - Date.parse(element.dateTime)) / 60_000));
    const words = duration(minutes);
    if (element.textContent !== words) element.textContent = words;
    const { amber, red } = element.dataset;
    const isRed = red !== undefined && minutes >= Number(red);
    element.classList.toggle("since-red", isRed);
    element.classList.toggle("since-amber", !isRed && amber !== undefined && minutes >= Number(amber));
  }
}

setInterval(update, 5000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) update(); });

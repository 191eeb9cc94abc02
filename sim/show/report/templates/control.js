"use strict";
// Every answer of the what-if control is on the page; this shows the one that is asked for.
(() => {
  const source = document.getElementById("what-if-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const form = document.getElementById("control");
  const clock = document.getElementById("clock");
  const shown = document.getElementById("clock-shown");
  const headline = document.getElementById("headline");
  const shares = [...document.querySelectorAll("#endings b")];
  const stops = [...form.querySelectorAll(".stops span")];
  const own = clock.value;

  const chosen = () => form.elements.silence.value;
  const tenth = (number) => Math.round(number * 10) / 10;

  function way(frame, parts, backwards) {
    const [left, top, right, bottom] = frame;
    const points = parts.map((part, place) => {
      const x = left + ((right - left) * data.days[place]) / data.last;
      const y = bottom + ((top - bottom) * part) / data.parts;
      return `${tenth(x)} ${tenth(y)}`;
    });
    return (backwards ? points.reverse() : points).join("L");
  }

  function draw(answer) {
    for (const [sheet, frame] of Object.entries(data.frames)) {
      const picture = document.querySelector(`#what-if-picture .${sheet}`);
      const curve = picture.querySelector("[data-moves=curve]");
      const band = picture.querySelector("[data-moves=band]");
      curve.setAttribute("d", `M${way(frame, answer.share)}`);
      const hasBand = answer.low.length > 0;
      band.setAttribute("d", hasBand ? `M${way(frame, answer.high)}L${way(frame, answer.low, true)}Z` : "M0 0");
    }
  }

  function show() {
    const place = Number(clock.value);
    const answer = data.points[chosen()][place];
    shown.textContent = data.clocks[place];
    clock.setAttribute("aria-valuetext", data.clocks[place]);
    headline.textContent = answer.headline;
    shares.forEach((share, number) => { share.textContent = answer.endings[number]; });
    stops.forEach((stop, number) => stop.classList.toggle("here", number === place));
    draw(answer);
  }

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("reset").addEventListener("click", () => {
    clock.value = own;
    form.querySelector("[data-own]").checked = true;
    show();
  });
  form.hidden = false;
  show();
})();
// On paper nothing can be unfolded: the appendix is printed as if it were, tables stay folded.
(() => {
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("#appendix details:not([open])")];
    folded.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((one) => { one.open = false; }));
})();

// Keeps on this device which options were chosen and which chapters read, and shows it. One entry for each, so no tab overwrites another's.
{
  const { page, questions, chapters } = document.currentScript.dataset;
  const prefix = `first-weights ${new URL(document.documentElement.dataset.content_root ?? "./", location).pathname} `;
  const attempt = (work) => { try { return work(localStorage); } catch { return null; } }; // blocked, or full
  const read = (name) => attempt((kept) => kept.getItem(prefix + name));
  const write = (name, value) => attempt((kept) => kept.setItem(prefix + name, value));
  const names = () => attempt((kept) => Object.keys(kept).filter((name) => name.startsWith(prefix)));

  const chapter = (known) => {
    const region = (option) => option.closest("fieldset").querySelector("[role=status]");
    for (const [group, mark] of Object.entries(known)) {
      const options = [...document.getElementsByName(group)];
      const early = options.find((option) => option.checked); // by a reader who was faster than this script
      if (early) write(`${page} ${mark}`, early.value);
      const kept = read(`${page} ${mark}`), again = !early && options.find((option) => option.value === kept);
      if (!again) continue;
      region(again).ariaLive = "off"; // an old answer is no news
      again.checked = true;
    }
    document.addEventListener("change", ({ target }) => {
      if (!known[target.name]) return;
      region(target).ariaLive = null;
      write(`${page} ${known[target.name]}`, target.value);
    });
    let any = false; // is kept when the page is left, so that it shows on the way back if all was forgotten
    addEventListener("pagehide", () => { any = names()?.length > 0; });
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted && any && names()?.length === 0) document.querySelectorAll(".self-test :checked").forEach((option) => { option.checked = false; });
    });
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      write(`${page} read`, "yes");
      observer.disconnect();
    }).observe(document.getElementById("summary"));
  };

  const list = (known) => {
    const place = document.querySelector(".kept"), button = place.querySelector("button"), said = place.querySelector("[role=status]");
    const answered = (path, [mark, options]) => { const value = read(`${path} ${mark}`); return /^[1-9]$/.test(value) && value <= options; };
    const show = () => {
      for (const [path, marks] of Object.entries(known)) {
        const cell = document.querySelector(`td a[href^="${path}."]`).closest("td");
        const all = Object.entries(marks), done = all.filter((one) => answered(path, one)).length;
        const words = [read(`${path} read`) === "yes" && "✓ read", done && `${done} of ${all.length} answered`].filter(Boolean).join(", ");
        cell.querySelector(".noted")?.remove();
        if (words) cell.append(Object.assign(document.createElement("span"), { className: "noted", textContent: words }));
      }
      if (names()?.length) place.hidden = false;
    };
    button.addEventListener("click", () => {
      names()?.forEach((name) => attempt((kept) => kept.removeItem(name)));
      show();
      said.textContent = names()?.length === 0 ? "Forgotten: nothing of it is kept any more." : "This browser did not let the page forget it.";
    });
    addEventListener("storage", show);
    addEventListener("pageshow", ({ persisted }) => { if (persisted) show(); });
    show();
  };

  if (questions) chapter(JSON.parse(questions));
  if (chapters) list(JSON.parse(chapters));
}

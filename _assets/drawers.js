// The theme opens its drawers by labels of check boxes, which no key reaches: real buttons take their place.
for (const [side, id, name] of [["sidebar", "__navigation", "All chapters"], ["toc", "__toc", "On this page"]]) {
  const box = document.getElementById(id);
  const drawer = document.querySelector(`.${side}-drawer`);
  const buttons = [...document.querySelectorAll(`label[for=${id}]:not(.overlay)`)].map((label) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = label.className;
    button.innerHTML = label.innerHTML;
    button.setAttribute("aria-label", name);
    label.replaceWith(button);
    return button;
  });
  let opener;
  const tell = () => buttons.forEach((button) => button.setAttribute("aria-expanded", box.checked));
  const set = (open) => { box.checked = open; tell(); };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      set(!box.checked);
      opener = button;
      if (box.checked) [...drawer.querySelectorAll("a")].find((link) => link.offsetParent)?.focus({ preventScroll: true });
    });
  }
  drawer.addEventListener("click", (event) => { if (event.target.closest("a")) set(false); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.checked) return;
    set(false);
    opener?.focus();
  });
  box.addEventListener("change", tell);
  tell();
}

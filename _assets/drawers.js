// The theme opens its drawers by labels of check boxes, which no key reaches: real buttons take their place.
for (const label of document.querySelectorAll("label.nav-overlay-icon, label.toc-overlay-icon")) {
  const box = document.getElementById(label.htmlFor);
  const button = document.createElement("button");
  button.type = "button";
  button.className = label.className;
  button.innerHTML = label.innerHTML;
  button.setAttribute("aria-label", box.id === "__navigation" ? "All chapters" : "On this page");
  const tell = () => button.setAttribute("aria-expanded", box.checked);
  button.addEventListener("click", () => { box.checked = !box.checked; box.dispatchEvent(new Event("change")); });
  box.addEventListener("change", tell);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.checked) return;
    box.checked = false;
    box.dispatchEvent(new Event("change"));
    if (button.offsetParent) button.focus();
  });
  tell();
  label.replaceWith(button);
}

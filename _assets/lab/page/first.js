// The small laboratory of the landing page. What computes and draws is loaded when it is used first.
const root = document.querySelector(".laboratory.small"),
  form = root.querySelector("form");
let small;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  small ??= import("./small.js").then(({ Small }) => new Small(root));
  (await small).toggle();
});
form.addEventListener("input", async () => {
  root.querySelector("a.open").hash = new FormData(form).get("state");
  (await small)?.begin();
});

// Buttons that run the cells of a chapter here. All else is loaded when one of them is pressed.
const bar = document.getElementById("run-page");
const cells = [...document.querySelectorAll("article .cell")];
const press = async (cell) => (await import("./page.js")).press(cells, cell, bar.dataset);

// A section that is not laid out yet has its places all in one: a button waits until its cell comes near the window.
const near = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) if (isIntersecting) target.querySelector(":scope > .run").hidden = false;
}, { rootMargin: "100%" });

bar.style.visibility = "";
bar.onclick = () => press(-1);
cells.forEach((cell, place) => {
  const code = cell.querySelector(".cell_input");
  if (!code) return;
  const button = document.createElement("button");
  button.className = "run";
  button.textContent = "Run";
  button.setAttribute("aria-label", `Run cell ${place + 1}`);
  button.onclick = () => press(place);
  button.hidden = true;
  code.append(button);
  near.observe(code);
});

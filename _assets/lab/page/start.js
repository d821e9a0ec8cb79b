// Sets up the laboratory of a page.
import { Laboratory } from "./laboratory.js";

for (const root of document.querySelectorAll(".laboratory > .live")) new Laboratory(root);

// The search, so that it finds what was meant: entries that have most words of a question, sections and not pages, and no code in a snippet.
"use strict";

const SMALL = new Set("a an the is are my i to of in with for and do does how what when why it be vs or not".split(" "));
const words = text => text.toLowerCase().split(/[^\p{L}\p{N}_]+/u).filter(Boolean);
const telling = text => {
  const all = words(text), kept = all.filter(word => !SMALL.has(word));
  return kept.length ? kept : all;
};

// Whether two words are one, but for a letter that is wrong, missing, or too many.
function alike(a, b) {
  if (a === b) return true;
  if (Math.min(a.length, b.length) < 5 || Math.abs(a.length - b.length) > 1) return false;
  let start = 0, end = 0;
  while (start < a.length && a[start] === b[start]) start++;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= 1 || turned(a, b, start, end);
}

const turned = (a, b, start, end) =>
  a.length === b.length && a.length - start - end === 2 && a[start] === b[start + 1] && a[start + 1] === b[start];

// How much of a question and of an entry are the same words, from 0 to 1.
function nearness(question, entry) {
  const common = question.filter(word => entry.some(other => alike(word, other))).length;
  return 2 * common / (question.length + entry.length);
}

function nearest(query) {
  const asked = telling(query);
  return Object.entries(Search._index.indexentries)
    .flatMap(([entry, places]) => places.filter(place => place[2]).map(place => ({ entry, place, near: nearness(asked, telling(entry)) })))
    .filter(found => found.near >= 0.6)
    .sort((a, b) => b.near - a.near || a.entry.length - b.entry.length);
}

const byTerms = Search._performSearch;
Search._performSearch = (query, ...terms) => {
  const { docnames, titles, filenames } = Search._index, seen = new Set(), first = [];
  for (const { place: [file, id] } of nearest(query)) {
    if (!seen.has(`${file} ${id}`)) first.push([docnames[file], titles[file], `#${id}`, null, 100, filenames[file]]);
    seen.add(`${file} ${id}`);
  }
  const rest = byTerms(query, ...terms).filter(item => !seen.has(`${docnames.indexOf(item[0])} ${item[2].slice(1)}`));
  return [...rest, ...first.slice(0, 3).reverse()]; // shown from the end
};

const MAIN = '[role="main"]', CODE = ".headerlink, .launch, .verdict, script, style, pre, svg, .cell_input, .self-test, form, math";

// The section that has most of the words, and of these the one that has them first.
function sectionOf(main, keywords) {
  let best = null, most = 0;
  for (const section of main.querySelectorAll("section section[id]")) {
    const own = [...section.children].filter(child => child.tagName !== "SECTION").map(child => child.textContent).join(" ").toLowerCase();
    const has = keywords.filter(word => own.includes(word)).length;
    if (has > most) [best, most] = [section, has];
  }
  return best;
}

Search.makeSearchSummary = (html, terms, anchor) => {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector(MAIN);
  if (!main) return null;
  main.querySelectorAll(CODE).forEach(element => element.remove());
  const keywords = [...terms].map(word => word.toLowerCase());
  const at = anchor && main.querySelector(`[id="${CSS.escape(anchor.slice(1))}"]`);
  const section = anchor ? at?.closest("section") : sectionOf(main, keywords);
  const text = (section ?? main).textContent.replace(/\s+/g, " "), lower = text.toLowerCase();
  const place = Math.max(0, Math.min(...keywords.map(word => lower.indexOf(word)).filter(found => found >= 0), Infinity) - 120);
  const start = Number.isFinite(place) ? place : 0;
  const summary = document.createElement("p");
  summary.classList.add("context");
  summary.textContent = `${start ? "…" : ""}${text.slice(start, start + 240).trim()}…`;
  if (section) queueMicrotask(() => leadTo(summary, section));
  return summary;
};

function leadTo(summary, section) {
  const link = summary.parentNode?.querySelector("a"), heading = section.querySelector("h1, h2, h3");
  if (!link || !heading) return;
  link.href = `${link.href.split("#")[0]}#${section.id}`;
  if (heading.tagName !== "H1" && !link.textContent.includes(" > ")) link.append(` > ${heading.textContent}`);
}

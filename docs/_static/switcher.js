// Offers the same page in the other versions of the site; alone, a site shows nothing.
addEventListener("DOMContentLoaded", () => {
  const nav = document.querySelector(".versions");
  if (!nav || VERSIONS.length < 2) return;
  const own = nav.dataset.version, page = nav.dataset.page;
  const root = new URL(`${document.documentElement.dataset.content_root}../`, location.href);
  const at = ({ version, pages }) => new URL(`${version}/${pages.includes(page) ? page : "index.html"}`, root).href;
  const select = nav.querySelector("select");
  for (const one of VERSIONS) select.add(new Option(one.version, at(one), one.version === own, one.version === own));
  select.addEventListener("change", () => location.assign(select.value));
  const newest = nav.querySelector("a");
  newest.hidden = VERSIONS[0].version === own;
  newest.href = at(VERSIONS[0]);
  nav.hidden = false;
});
addEventListener("pageshow", () => { // back from another version, a browser keeps what was chosen
  for (const option of document.querySelectorAll(".versions option")) option.selected = option.defaultSelected;
});

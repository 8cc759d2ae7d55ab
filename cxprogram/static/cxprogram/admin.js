/* The theme names no landmarks: a screen reader could not jump to the content, nor past the head of the page. */
document.addEventListener("DOMContentLoaded", () => {
  const give = (selector, role) => {
    const element = document.querySelector(selector);
    if (element && !element.closest("main, header, [role=main], [role=banner]")) element.setAttribute("role", role);
  };
  const head = document.querySelector("#header-inner");
  if (head) head.parentElement.parentElement.setAttribute("role", "banner");
  give("#content", "main");
});

/* select2 gives the fields that it draws no name: they take that of the field behind them. */
const nameChoices = () => {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const name = select.getAttribute("aria-label") || select.labels?.[0]?.textContent.trim();
    const drawn = select.parentElement.querySelectorAll(".select2-selection__rendered, .select2-search__field");
    for (const field of name ? drawn : []) {
      if (!field.hasAttribute("aria-label")) field.setAttribute("aria-label", name);
    }
  }
};
/* It may draw them at any time, and anew: whenever something is drawn, what has no name gets one. */
document.addEventListener("DOMContentLoaded", () => {
  nameChoices();
  new MutationObserver(nameChoices).observe(document.body, { childList: true, subtree: true });
});

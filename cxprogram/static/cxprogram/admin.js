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

/* select2 gives the field that it draws no name: it takes the one of the field behind it. */
const nameChoices = () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const drawn = select.parentElement.querySelector(".select2-selection__rendered");
    const name = select.getAttribute("aria-label") || select.labels?.[0]?.textContent.trim();
    if (drawn && name && !drawn.hasAttribute("aria-label")) drawn.setAttribute("aria-label", name);
  }
};
/* It may draw them at any time, and anew: whenever something is drawn, what has no name gets one. */
document.addEventListener("DOMContentLoaded", () => {
  nameChoices();
  new MutationObserver(nameChoices).observe(document.body, { childList: true, subtree: true });
});

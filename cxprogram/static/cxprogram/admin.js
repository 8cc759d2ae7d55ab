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

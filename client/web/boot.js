// Says in the reader's language that the page is coming, and fetches it.
import init from "./{{page_js}}";

const WORDS = {
  zh: ["正在载入园区……", "页面无法启动。请使用新版 Chrome、Edge、Firefox 或 Safari 后重新载入。"],
  en: ["Loading the park …", "The page could not start. Please load it again in a current Chrome, Edge, Firefox or Safari."],
  ja: ["団地を読み込んでいます…", "ページを起動できませんでした。新しい Chrome、Edge、Firefox、Safari で再読み込みしてください。"],
};

const asked = new URLSearchParams(location.search).get("lang");
const tag = [asked, ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag in WORDS) ?? "en";
const [loading, failed] = WORDS[tag];
const words = document.getElementById("placeholder-words");

document.documentElement.lang = tag === "zh" ? "zh-Hans" : tag;
words.textContent = loading;

init({ module_or_path: "/{{page_wasm}}" }).catch((error) => {
  words.textContent = failed;
  throw error;
});

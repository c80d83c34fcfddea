import { forms, operations, type Form, type Operation } from "./stack.js";
import type { Summary } from "./ratios.js";

const labels: Readonly<Record<Operation, string>> = {
  up: "first up",
  preview: "preview, no changes",
  upAgain: "up, no changes",
  previewRefresh: "preview --refresh",
  refresh: "refresh",
  changeOne: "up, one role changed",
  destroy: "destroy",
};
const colours: Readonly<Record<Form, string>> = {
  floor: "#9aa0a6",
  single: "#d9822b",
  singleByPlugin: "#3b6fb6",
  collection: "#1b7f5c",
  collectionByPlugin: "#7a5aa6",
};
const names: Readonly<Record<Form, string>> = {
  floor: "engine floor: dynamic resources that do nothing",
  single: "AwsSecretsRole, one resource per role",
  singleByPlugin: "AwsSecretsRole, on the provider plugin",
  collection: "AwsSecretsRoles, one resource",
  collectionByPlugin: "AwsSecretsRoles, on the provider plugin",
};

const width = 860;
const left = 170;
const barHeight = 14;
const groupHeight = forms.length * barHeight + 16;
const top = 24 + forms.length * 16;

/** The seconds of all operations and forms as bars, on a logarithmic scale. */
export function chart(summary: Summary): string {
  const seconds = forms.flatMap((form) => operations.map((operation) => summary.forms[form].seconds[operation].median));
  const [least, most] = [1, Math.max(10, ...seconds)];
  const x = (value: number) =>
    left + ((width - left - 70) * Math.log(Math.max(value, least) / least)) / Math.log(most / least);
  const height = top + operations.length * groupHeight + 20;
  const ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500].filter((tick) => tick <= most);
  const bars = operations.flatMap((operation, group) => {
    const y = top + group * groupHeight;
    return [
      text(left - 8, y + 26, labels[operation], "end"),
      ...forms.flatMap((form, index) => {
        const value = summary.forms[form].seconds[operation].median;
        const at = y + index * barHeight;
        return [
          `<rect x="${left}" y="${at}" width="${(x(value) - left).toFixed(1)}" height="${barHeight - 2}" fill="${colours[form]}"/>`,
          text(x(value) + 4, at + 10, `${value.toFixed(1)} s`),
        ];
      }),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...forms.flatMap((form, index) => [
      `<rect x="${left}" y="${8 + index * 16}" width="10" height="10" fill="${colours[form]}"/>`,
      text(left + 16, 17 + index * 16, names[form]),
    ]),
    ...ticks.flatMap((tick) => [
      `<line x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}" y1="${top - 6}" y2="${height - 20}" stroke="#e3e3e3"/>`,
      text(x(tick), height - 6, `${tick} s`, "middle"),
    ]),
    ...bars,
    text(8, 17, `${summary.count} roles`),
    "</svg>",
    "",
  ].join("\n");
}

function text(x: number, y: number, content: string, anchor = "start"): string {
  return `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" fill="#333">${content}</text>`;
}

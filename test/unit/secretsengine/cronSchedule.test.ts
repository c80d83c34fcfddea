import { describe, expect, it } from "vitest";
import { cronProblem } from "../../../src/secretsengine/cronSchedule.js";

describe("a rotation schedule", () => {
  it.each([
    "* * * * *",
    "0 0 * * SAT",
    "*/20 * * * sun",
    "0,30 8-18/2 1,15 jan-mar MON-FRI",
    "5/10 ? 31 12 6",
    " 0  3 * * * ",
    "0 0 ? * ?",
    "00 07 01 01 00",
  ])("%j is taken as Vault takes it", (schedule) => {
    expect(cronProblem(schedule)).toBeUndefined();
  });

  const fields = "must be five fields (minute, hour, day of the month, month, day of the week)";
  it.each([
    ["", fields],
    ["x", fields],
    ["@daily", fields],
    ["@every 1h", fields],
    ["0 0 * *", fields],
    ["0 0 0 * * *", fields],
    ["TZ=Europe/Berlin 0 3 * * *", "must not name a time zone: Vault counts in UTC"],
    ["CRON_TZ=Asia/Tokyo 0 3 * * *", "must not name a time zone: Vault counts in UTC"],
    ["60 * * * *", 'has a minute "60", which must be within 0 and 59'],
    ["* 24 * * *", 'has an hour "24", which must be within 0 and 23'],
    ["* * 0 * *", 'has a day of the month "0", which must be within 1 and 31'],
    ["* * * 13 *", 'has a month "13", which must be within 1 and 12'],
    ["* * * * 7", 'has a day of the week "7", which must be within 0 and 6'],
    ["* * * * FRI-MON", 'has a day of the week "FRI-MON", which begins after its end'],
    ["*/0 * * * *", 'has a minute "*/0", whose step must be at least 1'],
    ["1-2-3 * * * *", 'has a minute "1-2-3", which cannot be read'],
    ["*/5/5 * * * *", 'has a minute "*/5/5", which cannot be read'],
    ["-5 * * * *", 'has a minute "-5", which cannot be read'],
    ["* * * monday *", 'has a month "monday", which cannot be read'],
    ["SAT * * * *", 'has a minute "SAT", which cannot be read'],
    [", * * * *", 'has a minute "", which cannot be read'],
    ["0 3 L * *", 'has a day of the month "L", which cannot be read'],
  ])("%j is rejected", (schedule, problem) => {
    expect(cronProblem(schedule)).toBe(problem);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { birthDate, checkDigit, isPersonalCode, personalCode } from "../../../events/examples/personal-code.mjs";

// The register's published examples and one code for each stage of the check digit.
const valid = ["38206084915", "60001019906", "39901012239", "60001017869", "52503150198", "52503150440"];

test("knows the published codes", () => {
  for (const code of valid) assert.ok(isPersonalCode(code), code);
});

test("refuses every other check digit of a published code", () => {
  for (const code of valid) {
    for (let digit = 0; digit <= 9; digit++) {
      const other = code.slice(0, 10) + digit;
      assert.equal(isPersonalCode(other), other === code, other);
    }
  }
});

test("refuses a date that does not exist, a wrong length and a wrong first digit", () => {
  const ten = "5250230019".slice(0, 10);
  assert.equal(isPersonalCode(ten + checkDigit(ten)), false);
  assert.equal(isPersonalCode("3820608491"), false);
  assert.equal(isPersonalCode("98206084915"), false);
});

test("writes century and sex into the first digit", () => {
  assert.equal(personalCode("male", "1982-06-08", 491), "38206084915");
  assert.equal(personalCode("female", "2000-01-01", 990), "60001019906");
  assert.equal(personalCode("male", "2025-03-15", 19), "52503150198");
  assert.equal(birthDate("60001019906"), "2000-01-01");
});

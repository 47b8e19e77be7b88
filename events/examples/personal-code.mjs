// The Estonian personal code (isikukood, EVS 585): GYYMMDDSSSC.

const firstWeights = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1];
const secondWeights = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3];

// The check digit for the first ten digits.
export function checkDigit(tenDigits) {
  for (const weights of [firstWeights, secondWeights]) {
    const sum = weights.reduce((total, weight, i) => total + weight * Number(tenDigits[i]), 0);
    if (sum % 11 < 10) return sum % 11;
  }
  return 0;
}

// The code of a person of that sex ("male" | "female"), birth date ("YYYY-MM-DD") and serial 0…999.
export function personalCode(sex, bornOn, serial) {
  const [year, month, day] = bornOn.split("-");
  const century = Math.floor(Number(year) / 100) - 18;
  const first = 2 * century + (sex === "male" ? 1 : 2);
  const ten = `${first}${year.slice(2)}${month}${day}${String(serial).padStart(3, "0")}`;
  return ten + checkDigit(ten);
}

// Whether the code has eleven digits, a date that exists and the right check digit.
export function isPersonalCode(code) {
  if (!/^[1-8]\d{10}$/.test(code)) return false;
  return isDate(birthDate(code)) && Number(code[10]) === checkDigit(code);
}

// The birth date that a code carries, "YYYY-MM-DD"; it need not exist.
export function birthDate(code) {
  const century = 18 + Math.floor((Number(code[0]) - 1) / 2);
  return `${century}${code.slice(1, 3)}-${code.slice(3, 5)}-${code.slice(5, 7)}`;
}

function isDate(text) {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

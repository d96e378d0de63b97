/** `plural("en")({one: "# day", other: "# days"})(2)` is "2 days": the language's own rules, numbers in its own digits. */
export function plural(locale: string) {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }) =>
    (count: number): string =>
      (forms[rules.select(count)] ?? forms.other).replace("#", numbers.format(count));
}

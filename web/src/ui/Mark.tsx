/** The product's sign: a pin that is a check mark. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <path d="M24 3C14.6 3 7 10.5 7 19.8 7 32 24 45 24 45s17-13 17-25.2C41 10.5 33.4 3 24 3Z" fill="#006f79" />
      <path d="m16 20 6 6 10.5-11" fill="none" stroke="#fff" strokeWidth="4.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

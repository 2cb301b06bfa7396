/** How many came over time, as bars; the words beside it say what matters. */
export function SparkBars({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts)
  return (
    <svg className="spark" viewBox={`0 0 ${counts.length * 4} 24`} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((count, place) => {
        // What is there at all is seen, however little it is beside the most.
        const height = count === 0 ? 1 : Math.max(3, (count / most) * 24)
        const name = count === 0 ? 'spark-none' : 'spark-some'
        return <rect key={place} className={name} x={place * 4} y={24 - height} width={3} height={height} />
      })}
    </svg>
  )
}

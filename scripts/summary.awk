# Reads the JUnit file that ctest writes: which tests were skipped and why, which failed, and how many of each.

function plain(text) {
  gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text)
  gsub(/&#x[0-9A-Fa-f]+;/, " ", text); gsub(/&amp;/, "\\&", text)
  return text
}

/<testcase / {
  match($0, / name="[^"]*"/); name = plain(substr($0, RSTART + 7, RLENGTH - 8))
  match($0, / status="[^"]*"/); status = substr($0, RSTART + 9, RLENGTH - 10)
  reason = ""; next_is_reason = 0
}
# GoogleTest prints "FILE:LINE: Skipped" and the reason on the next line.
next_is_reason { reason = plain($0); next_is_reason = 0 }
/: Skipped$/ { next_is_reason = 1 }
/<\/testcase>/ {
  if (status == "run") passed++
  else if (status == "fail") failures[++failed] = name
  else if (status == "disabled") skips[++skipped] = name ": disabled"
  else skips[++skipped] = name ": " (reason == "" ? "did not run" : reason)
}
END {
  if (skipped) print "Skipped:"
  for (i = 1; i <= skipped; i++) print "  " skips[i]
  if (failed) print "Failed:"
  for (i = 1; i <= failed; i++) print "  " failures[i]
  printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
}

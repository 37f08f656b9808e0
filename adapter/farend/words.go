package farend

// Said is what was said so far, and then these words: what a recording says.
func Said(before, words string) string {
	if before == "" || words == "" {
		return before + words
	}
	return before + " " + words
}

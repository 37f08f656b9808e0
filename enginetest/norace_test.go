//go:build !race

package enginetest_test

const racing = false

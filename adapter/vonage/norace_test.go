//go:build !race

package vonage_test

const racing = false

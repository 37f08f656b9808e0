package flow

// SampleSettings are for the tests outside the package.
var SampleSettings = sampleSettings

module github.com/extflow/extflow/benchmarks

go 1.26.0

require (
	github.com/extflow/extflow v0.0.0
	github.com/looplab/fsm v1.0.3
	github.com/qmuntal/stateless v1.7.2
)

require github.com/google/uuid v1.6.0 // indirect

replace github.com/extflow/extflow => ../

"""All measurements, one after the other: `make bench`."""

from benchmarks import batch_speed, core_speed

core_speed.main()
batch_speed.main([])

"""The outside witness for the dynamic pickup and delivery benchmark of ICAPS 2021: it reads instances, checks visit logs, tables scores.

An oracle shares no code with what it judges: nothing that reads, checks or scores imports `spine`, and nothing in `spine` imports this.
Only `running` does, which runs the instances as scenarios of SPINE.

The data are not part of this repository. They are Huawei's (MIT licence; public repository huawei-noah/xingtian), described in
J. Hao et al., "Introduction to The Dynamic Pickup and Delivery Problem Benchmark - ICAPS 2021 Competition", arXiv:2202.01256 (2022).
The rules are those of the official simulator.
"""

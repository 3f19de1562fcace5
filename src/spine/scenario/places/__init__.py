"""Places of a planner: sites, depots and customers by coordinates -> checked records -> sites at nodes of the map."""

"""Simulates queues with Ciw. Reads one JSON case a line from standard input, writes one JSON result a line.

A case: arrival_rate, service_rate (each server's), servers, service ("exponential" or "deterministic"), seed, customers,
and, when people give up, patience (its mean).
"""

import json
import sys

import ciw


def service(case):
    if case["service"] == "deterministic":
        return ciw.dists.Deterministic(value=1 / case["service_rate"])
    return ciw.dists.Exponential(rate=case["service_rate"])


def simulate(case):
    ciw.seed(case["seed"])
    options = {}
    if "patience" in case:
        options["reneging_time_distributions"] = [ciw.dists.Exponential(rate=1 / case["patience"])]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=case["arrival_rate"])],
        service_distributions=[service(case)],
        number_of_servers=[case["servers"]],
        **options,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(case["customers"], method="Arrive")
    records = simulation.get_all_records()
    # The first tenth is for filling the empty system.
    records = [record for record in records if record.id_number > case["customers"] / 10]
    waits = [record.waiting_time for record in records]
    gave_up = sum(record.record_type == "renege" for record in records)
    return {
        "mean_wait": sum(waits) / len(waits),
        "p_wait": sum(wait > 1e-9 for wait in waits) / len(waits),
        "p_abandon": gave_up / len(records),
    }


def main() -> int:
    for line in sys.stdin:
        print(json.dumps(simulate(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

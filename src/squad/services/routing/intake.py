"""What is told from outside, as routing knows it: people, jobs, moments."""

import msgspec

from squad.services.routing import wire
from squad.services.routing.model import Consultant, Job, Span, Stop
from squad.services.routing.policy import Policy

EPOCH = 1_767_571_200.0  # Monday 2026-01-05 00:00 UTC, epoch s: minute 0 of the wire
CAPACITY = 24  # tickets in a personal queue (ROUTER-PROTOCOL.md)
USUAL = 5  # tickets that people hold at most where their capacity is told: what is fair goes by it


def moment(minutes: float) -> float:
    """This will turn minutes of the wire into epoch seconds."""
    return EPOCH + minutes * 60.0


def policy(given: Policy) -> Policy:
    """This will weigh load as if everybody held at most what is usual, not what they may."""
    fairness = given.fairness_min * CAPACITY / USUAL
    return msgspec.structs.replace(given, fairness_min=fairness)


def consultant(event: wire.UserUpserted, shifts: tuple[Span, ...]) -> Consultant:
    """This will describe a person. Raises ValueError: a field is out of its bounds."""
    return Consultant(
        id=event.id,
        latitude=event.lat,
        longitude=event.lon,
        skills=event.skills,
        languages=frozenset(event.languages),
        country=event.country,
        capacity=CAPACITY,
        rating=event.rating,
        max_travel_min=event.max_travel_min,
        shifts=shifts,
    )


def job(event: wire.TicketCreated) -> Job:
    """This will describe a ticket. Raises ValueError: a field is out of its bounds."""
    return Job(
        ticket=event.id,
        latitude=event.lat,
        longitude=event.lon,
        mode=event.mode,
        priority=event.priority,
        tier=event.tier,
        created_at=moment(event.now),
        due_at=moment(event.due),
        skills=event.skills,
        language=event.language,
        country=event.country,
        service_min=event.service_min,
        previous=event.previous,
    )


def stop(job: Job, service_min: float) -> Stop:
    """This will describe a job in the plan of somebody who needs so many minutes for it."""
    return Stop(
        ticket=job.ticket,
        latitude=job.latitude,
        longitude=job.longitude,
        service_min=service_min,
        due_at=job.due_at,
        priority=job.priority,
        tier=job.tier,
        mode=job.mode,
    )

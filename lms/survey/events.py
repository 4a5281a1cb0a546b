"""What has happened in the survey, for other rooms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CampaignOpened:
    """A campaign takes answers from now on. `id` is the campaign."""

    id: str


@dataclass(frozen=True)
class BatchCounted:
    """A shuffled batch of answers joined the results of a campaign, and its release is stored. `id` is the release."""

    id: str
    campaign_id: str


@dataclass(frozen=True)
class CampaignClosed:
    """A campaign takes no more answers, and its last release is stored. `id` is the campaign."""

    id: str

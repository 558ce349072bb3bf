"""件龄 of very many demands at once (METRICS C2)."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from server.domain.demand_clock import age_in_days
from server.storage.gathered import Moments


def ages_in_days(received: Moments, *, as_of: dt.datetime) -> NDArray[np.int64]:
    """Return the age in days of each moment of UTC; asked once for an hour, for a day of Shanghai begins with one."""
    hours, hour_of = np.unique(received.astype("datetime64[h]"), return_inverse=True)
    begun = (moment.replace(tzinfo=dt.UTC) for moment in hours.tolist())
    return np.array([age_in_days(each, as_of=as_of) for each in begun], np.int64)[hour_of]

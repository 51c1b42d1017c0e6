"""`omega-tui doctor`: looks at all that trading depends on, and says what to do about what is amiss."""

from omega_tui.doctor.diagnosis import Diagnosis, run_doctor

__all__ = ["Diagnosis", "run_doctor"]

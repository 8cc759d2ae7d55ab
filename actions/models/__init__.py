from actions.models.project import EffectStudy, Gate, ImprovementProject

__all__ = ["EffectStudy", "Gate", "ImprovementProject"]

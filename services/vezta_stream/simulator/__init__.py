"""Markets that trade, in the exchanges' raw formats: a stand-in for the outside world.

Everything but `runner` is pure: a seed and the times passed in decide every byte.
"""

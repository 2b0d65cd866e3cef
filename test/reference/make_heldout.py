"""Writes test/symbolic/corpus/heldout-{true,false,unproved}.json: identities with near-misses, written apart from the
checker, every label held to mpmath at 100 digits. Run: python test/reference/make_heldout.py (needs mpmath)."""

import json
import os
import random
import re

import mpmath as mp

mp.mp.dps = 100
HERE = os.path.dirname(os.path.abspath(__file__))
FUNCTIONS = {"sqrt": mp.sqrt, "exp": mp.exp, "log": mp.log, "abs": mp.fabs}
R, P, U = "(-inf,inf)", "(0,inf)", "(0,1)"
UNIT = ["a", "b", "A", "As", "p", "q", "c"]
REAL = ["x", "y", "z", "n", "m", "x0", "xt", "v", "w"]
DEFAULT = {**{k: U for k in UNIT}, **{k: R for k in REAL}}  # everything else is positive

CLAIMS = []  # (topic, lhs, rhs, [false right sides], symbols, given)


def claim(topic, lhs, rhs, *false, given=(), **domains):
    CLAIMS.append((topic, lhs, rhs, list(false), domains, list(given)))


G = ["A = a*As", "b = 1-a"]
# --- posterior of the forward process
claim("posterior", "b*(1-As)/(1-A)", "1/(a/b+1/(1-As))", "1/(a/b+1/(1-A))", "1/(1/b+1/(1-As))", given=G)
claim("posterior", "(1-As)*(1-a)/(1-a*As)", "(1-As) - a*(1-As)^2/(1-a*As)", "(1-As) - a*(1-As)^2/(1-As)", "(1-As) - a^2*(1-As)^2/(1-a*As)")
claim("posterior", "sqrt(a)*(1-As)/(1-A)*xt + sqrt(As)*b/(1-A)*x0", "b*(1-As)/(1-A)*(sqrt(a)*xt/b + sqrt(As)*x0/(1-As))", "b*(1-As)/(1-A)*(a*xt/b + sqrt(As)*x0/(1-As))", "b*(1-As)/(1-A)*(sqrt(a)*xt/b - sqrt(As)*x0/(1-As))", given=G)
claim("posterior", "sqrt(As)*b/(1-A)*(xt-sqrt(1-A)*n)/sqrt(A) + sqrt(a)*(1-As)/(1-A)*xt", "(xt - b/sqrt(1-A)*n)/sqrt(a)", "(xt - b/sqrt(1-As)*n)/sqrt(a)", "(xt + b/sqrt(1-A)*n)/sqrt(a)", "(xt - b/sqrt(1-A)*n)/sqrt(A)", given=G)
claim("posterior", "b + a*(1-As)", "1-A", "1-As", "1-A*As", given=G)
claim("posterior", "log(b*(1-As)/(1-A))", "log(b)+log(1-As)-log(1-A)", "log(b)+log(1-As)+log(1-A)", "log(b)-log(1-As)-log(1-A)", given=G)
claim("posterior", "b-b*(1-As)/(1-A)", "b*As*(1-a)/(1-A)", "b*As*(1-a)/(1-As)", "b*As*(1+a)/(1-A)", given=G)
claim("posterior", "b*(1-As)/(1-A)/b", "1 - (As-A)/(1-A)", "1 - (As-A)/(1-As)", "1 + (As-A)/(1-A)", given=G)
claim("posterior", "(xt-sqrt(a)*w)^2/b + (w-sqrt(As)*x0)^2/(1-As) - (xt-sqrt(A)*x0)^2/(1-A)", "(w-(sqrt(a)*(1-As)*xt+sqrt(As)*b*x0)/(1-A))^2*(1-A)/(b*(1-As))", "(w-(sqrt(a)*(1-As)*xt+sqrt(As)*b*x0)/(1-A))^2*(1-A)/(b*(1-A))", "(w-(sqrt(a)*(1-As)*xt-sqrt(As)*b*x0)/(1-A))^2*(1-A)/(b*(1-As))", given=G)
claim("posterior", "exp(-(xt-sqrt(a)*w)^2/(2*b))*exp(-(w-m)^2/(2*(1-As)))", "exp(-(xt-sqrt(a)*m)^2/(2*(b+a*(1-As))))*exp(-(w-((1-As)*sqrt(a)*xt+b*m)/(b+a*(1-As)))^2*(b+a*(1-As))/(2*b*(1-As)))", "exp(-(xt-sqrt(a)*m)^2/(2*(b+a*(1-As))))*exp(-(w-((1-As)*a*xt+b*m)/(b+a*(1-As)))^2*(b+a*(1-As))/(2*b*(1-As)))", given=["b = 1-a"])
# --- ELBO terms, KL of Gaussians
claim("elbo", "log(t/s) + (s^2+(m-n)^2)/(2*t^2) - 1/2", "(log(t^2/s^2) + s^2/t^2 - 1 + (n-m)^2/t^2)/2", "(log(t/s) + s^2/t^2 - 1 + (n-m)^2/t^2)/2", "(log(t^2/s^2) + s^2/t^2 + 1 + (n-m)^2/t^2)/2", "(log(t^2/s^2) + t^2/s^2 - 1 + (n-m)^2/t^2)/2")
claim("elbo", "b^2/(2*s^2*a*(1-A))*(n-m)^2", "(b/sqrt(1-A)*n/sqrt(a) - b/sqrt(1-A)*m/sqrt(a))^2/(2*s^2)", "(b/(1-A)*n/sqrt(a) - b/(1-A)*m/sqrt(a))^2/(2*s^2)", given=["b = 1-a"])
claim("elbo", "b^2/(2*B*a*(1-A))", "(1-a)/(2*a*(1-As))", "(1-a)/(2*a*(1-A))", "(1-a)/(a*(1-As))", given=[*G, "B = b*(1-As)/(1-A)"])
claim("elbo", "(As/(1-As) - A/(1-A))/2", "As*b^2/(2*B*(1-A)^2)", "As*b^2/(2*B*(1-A))", "As*b/(2*B*(1-A)^2)", "A*b^2/(2*B*(1-A)^2)", given=[*G, "B = b*(1-As)/(1-A)"])
claim("elbo", "log(sqrt(2*r*s^2)) + 1/2", "log(2*r)/2 + log(s) + 1/2", "log(2*r)/2 + 2*log(s) + 1/2", "log(r)/2 + log(s) + 1/2")
claim("elbo", "log(1/sqrt(2*r*s^2)) - (x-m)^2/(2*s^2)", "log(exp(-(x-m)^2/(2*s^2))/sqrt(2*r*s^2))", "log(exp(-(x-m)^2/(2*s))/sqrt(2*r*s^2))", "log(exp((x-m)^2/(2*s^2))/sqrt(2*r*s^2))")
claim("elbo", "exp(y*log(b)+(1-y)*log(B))", "b^y*B^(1-y)", "b^y*B^(y-1)", "b^(1-y)*B^y", b=P)
claim("elbo", "s^2/t^2 - 1 - log(s^2/t^2)", "(s/t-1)*(s/t+1) + 2*log(t/s)", "(s/t-1)*(s/t+1) - 2*log(t/s)", "(s/t-1)^2 + 2*log(t/s)")
claim("elbo", "log(1-A)-log(A)", "-log(1/(1/A-1))", "log(1/(1/A-1))", "-log(1/(1/A+1))")
claim("elbo", "(1-A)*(1+A/(1-A))", "1", "1+1e-40*A", "1-1e-6*(1-A)")
# --- SNR and loss weights
SN = ["S = A/(1-A)"]
claim("snr", "1/(1+S)", "1-A", "A", "1-A^2", given=SN)
claim("snr", "sqrt(S)*sqrt(1-A)", "sqrt(A)", "A", "-sqrt(A)", given=SN)
claim("snr", "S*(x0-m)^2", "A/(1-A)*(m-x0)^2", "A/(1-A)*(m+x0)^2", "(1-A)/A*(m-x0)^2", given=SN)
claim("snr", "(g+S-abs(g-S))/(2*S)", "(g/S+1-abs(g/S-1))/2", "(g/S+1+abs(g/S-1))/2", "(g/S-1-abs(g/S-1))/2", S=P)
claim("snr", "(g+S-abs(g-S))/(2*(S+1))", "(1-A)*(g+S-abs(S-g))/2", "A*(g+S-abs(S-g))/2", "(1-A)*(g-S-abs(S-g))/2", given=["S = A/(1-A)"])
claim("snr", "(g+S-abs(g-S))/2", "g", "g+1e-12", given=["g < S"])
claim("snr", "(g+S-abs(g-S))/2", "S", "S*(1+1e-30)", given=["S < g"])
claim("snr", "log(A/(1-A))", "-log((1-A)/A)", "log((1-A)/A)", "-log((1+A)/A)")
claim("snr", "1/(1+exp(-l))", "exp(l)/(1+exp(l))", "exp(-l)/(1+exp(l))", "exp(l)/(1-exp(l))", l=R)
claim("snr", "1-1/(1+exp(-l))", "1/(1+exp(l))", "1/(1+exp(-l))", "1/(2+exp(l))", l=R)
claim("snr", "A/(1-A)", "exp(l)", "exp(-l)", "exp(2*l)", given=["A = 1/(1+exp(-l))"], l=R)
claim("snr", "log(A)-log(1-A)", "l", "l+1e-25", "-l", given=["A = 1/(1+exp(-l))"], l=R)
claim("snr", "sqrt(A*(1-A))", "1/(exp(l/2)+exp(-l/2))", "1/(exp(l/2)-exp(-l/2))", "1/(exp(l)+exp(-l))", given=["A = 1/(1+exp(-l))"], l=R)
claim("snr", "exp(-l/2)/sqrt(1+exp(-l))", "sqrt(1-1/(1+exp(-l)))", "sqrt(1+1/(1+exp(-l)))", "1-1/(1+exp(-l))", l=R)
claim("snr", "1/(S+1)^k*(S+1)^(k-1/2)", "1/sqrt(1+S)", "sqrt(1+S)", "1/(1+S)", k=R, S=P)
# --- v-prediction
V = ["v = sqrt(A)*n - sqrt(1-A)*x0", "xt = sqrt(A)*x0 + sqrt(1-A)*n"]
claim("vpred", "sqrt(A)*xt - sqrt(1-A)*v", "x0", "x0*(1+1e-15)", "-x0", "n", given=V)
claim("vpred", "sqrt(A)*v + sqrt(1-A)*xt", "n", "-n", "n+1e-33*x0", given=V)
claim("vpred", "v^2 + xt^2", "n^2+x0^2", "n^2-x0^2", "(n+x0)^2", given=V)
claim("vpred", "(v-(sqrt(A)*m-sqrt(1-A)*(xt-sqrt(1-A)*m)/sqrt(A)))^2", "(n-m)^2/A", "(n-m)^2/(1-A)", "(n-m)^2", given=V)
claim("vpred", "(sqrt(A)*(xt-sqrt(A)*w)/sqrt(1-A) - sqrt(1-A)*w - v)^2", "(w-x0)^2/(1-A)", "(w-x0)^2/A", "(w+x0)^2/(1-A)", given=V)
claim("vpred", "(S+1)*(x0-w)^2", "(x0-w)^2/(1-A)", "S*(x0-w)^2/(1-A)", given=["S = A/(1-A)"])
# --- DDIM with eta
E = ["s2 = h^2*(1-As)/(1-A)*(1-A/As)"]
claim("ddim", "h^2*(1-As)/(1-A)*(1-A/As)", "h^2*b*(1-As)/(1-A)", "h*b*(1-As)/(1-A)", "h^2*a*(1-As)/(1-A)", given=G, h=R)
claim("ddim", "sqrt(As)*(xt-sqrt(1-A)*n)/sqrt(A) + sqrt(1-As)*n", "sqrt(As/A)*xt + (sqrt(1-As)-sqrt(As*(1-A)/A))*n", "sqrt(As/A)*xt + (sqrt(1-As)+sqrt(As*(1-A)/A))*n", "sqrt(A/As)*xt + (sqrt(1-As)-sqrt(As*(1-A)/A))*n")
claim("ddim", "sqrt(As)*x0+sqrt(1-As-B)*(xt-sqrt(A)*x0)/sqrt(1-A)", "sqrt(a)*(1-As)/(1-A)*xt+sqrt(As)*b/(1-A)*x0", "sqrt(a)*(1-As)/(1-A)*xt-sqrt(As)*b/(1-A)*x0", given=[*G, "B = b*(1-As)/(1-A)"])
claim("ddim", "sqrt(1-As-b*(1-As)/(1-A))", "sqrt(a)*(1-As)/sqrt(1-A)", "a*(1-As)/sqrt(1-A)", "sqrt(a)*(1-As)/(1-A)", "sqrt(a*(1-As)/(1-A))", given=G)
claim("ddim", "xt/sqrt(A)-w/sqrt(As)", "(sqrt((1-A)/A)-sqrt((1-As)/As))*n", "(sqrt((1-A)/A)+sqrt((1-As)/As))*n", "(sqrt((1-A)/A)-sqrt(1-As)/As)*n", given=["xt = sqrt(A)*x0+sqrt(1-A)*n", "w = sqrt(As)*x0+sqrt(1-As)*n"])
claim("ddim", "sqrt(1-A/As)*sqrt(As)", "sqrt(As-A)", "sqrt(As-A)*As", "sqrt(As+A)", given=["A < As"])
claim("ddim", "sqrt(1/A-1)", "sqrt(1-A)/sqrt(A)", "sqrt(1-A)/A", "sqrt(A)/sqrt(1-A)")
claim("ddim", "sqrt(1-As-s2)^2 + s2", "1-As", "1-A", given=["s2 < 1-As"], s2=P)
# --- score
claim("score", "-(xt-sqrt(A)*x0)/(1-A)", "-n/sqrt(1-A)", "n/sqrt(1-A)", "-n/(1-A)", "-n*sqrt(1-A)", given=["xt = sqrt(A)*x0+sqrt(1-A)*n"])
claim("score", "(xt + (1-A)*s)/sqrt(A)", "(xt-sqrt(1-A)*n)/sqrt(A)", "(xt+sqrt(1-A)*n)/sqrt(A)", given=["s = -n/sqrt(1-A)"], s=R)
claim("score", "(x-m)/s^2*(x-m)", "((x-m)/s)^2", "((x+m)/s)^2", "(x-m)^2/s")
claim("score", "p*exp(-(x-m)^2/2)/(p*exp(-(x-m)^2/2)+(1-p)*exp(-(x+m)^2/2))", "1/(1+(1-p)/p*exp(-2*m*x))", "1/(1+(1-p)/p*exp(2*m*x))", "1/(1+(1-p)/p*exp(-m*x))", "1/(1+p/(1-p)*exp(-2*m*x))")
claim("score", "log(exp(x)+exp(y))", "x+log(1+exp(y-x))", "x+log(1+exp(x-y))", "y+log(1+exp(y-x))", "x-log(1+exp(y-x))")
claim("score", "(exp(x)-exp(-x))/(exp(x)+exp(-x))", "2/(1+exp(-2*x))-1", "2/(1+exp(2*x))-1", "2/(1+exp(-x))-1", "1-2/(1+exp(-2*x))")
claim("score", "log(1/(1+exp(-x)))", "x-log(1+exp(x))", "-x-log(1+exp(x))", "x-log(1+exp(-x))")
# --- VP and VE SDE
claim("sde", "exp(-(k+l)/2)*exp(-l/2)", "exp(-k/2-l)", "exp(-k-l)", "exp(-k/2+l)", k=R, l=R)
claim("sde", "1-exp(-t*(u+t*(r-u)/2))", "1-exp(-u*t)*exp(-t^2*(r-u)/2)", "1-exp(-u*t)*exp(-t^2*(r-u))", "1-exp(-u*t)*exp(t^2*(r-u)/2)")
claim("sde", "u^2*(r/u)^(2*t)", "(u^(1-t)*r^t)^2", "(u^(1-t)*r^t)", "(u^(1+t)*r^t)^2", t=U)
claim("sde", "u*(r/u)^t*sqrt(2*log(r/u))", "u^(1-t)*r^t*sqrt(2*(log(r)-log(u)))", "u^(1-t)*r^t*sqrt(log(r)-log(u))", "u^(1-t)*r^t*sqrt(2*(log(r)+log(u)))", given=["u < r"], t=U)
claim("sde", "-k*x/2 - k*(-(x-m)/s)/2", "k/2*((x-m)/s-x)", "k/2*((x+m)/s-x)", "k*((x-m)/s-x)", "k/2*((x-m)/s+x)")
claim("sde", "sqrt(1-exp(-2*t))", "sqrt(exp(t)-exp(-t))*exp(-t/2)", "sqrt(exp(t)+exp(-t))*exp(-t/2)", "sqrt(exp(t)-exp(-t))*exp(t/2)")
claim("sde", "sqrt(exp(2*x))", "exp(x)", "-exp(x)", "exp(x)+1e-20")
claim("sde", "(1-exp(-2*t))/(1-exp(-t))", "1+exp(-t)", "1-exp(-t)", "1+exp(-2*t)", t=R)
claim("sde", "r^2-(r/(1+r))^2*(1+r)^2", "0", "1e-35", "r*1e-38")
claim("sde", "s^2*(1-u^2/s^2)*u^2/s^2 + (u^2/s^2*sqrt(s^2))^2", "u^2", "u", "u^2*s", given=["u < s"])
claim("sde", "sqrt(s^2-u^2)*u/s", "u*sqrt(1-u^2/s^2)", "u*sqrt(1-u/s)", "u*sqrt(1+u^2/s^2)", given=["u < s"])
# --- EDM
claim("edm", "d^2/(s^2+d^2)*x + s*d/sqrt(s^2+d^2)*v", "(d^2*x + s*d*sqrt(s^2+d^2)*v)/(s^2+d^2)", "(d^2*x - s*d*sqrt(s^2+d^2)*v)/(s^2+d^2)", "(d*x + s*d*sqrt(s^2+d^2)*v)/(s^2+d^2)")
claim("edm", "(s^2+d^2)/(s*d)^2*(s*d/sqrt(s^2+d^2))^2", "1", "1+1e-22", "s/s*2")
claim("edm", "(s^2+d^2)/(s*d)^2", "1/s^2+1/d^2", "1/s+1/d", "1/s^2-1/d^2", "1/(s^2+d^2)")
claim("edm", "s^2*d^2/(s^2+d^2)", "d^2-d^4/(s^2+d^2)", "d^2-d^2/(s^2+d^2)", "d^2+d^4/(s^2+d^2)")
claim("edm", "(1-d^2/(s^2+d^2))^2*d^2 + (d^2/(s^2+d^2))^2*s^2", "(s*d/sqrt(s^2+d^2))^2", "(s*d/sqrt(s^2+d^2))", "(s*d)^2/sqrt(s^2+d^2)")
claim("edm", "log(s)/4", "log(s^(1/4))", "log(s^4)", "log(s^(1/2))")
claim("edm", "(M^(1/r)+t*(N^(1/r)-M^(1/r)))^r", "M*(1+t*((N/M)^(1/r)-1))^r", "M*(1+t*((N/M)^r-1))^r", "M*(1-t*((N/M)^(1/r)-1))^r", t=U)
claim("edm", "(M^(1/7)+t*(N^(1/7)-M^(1/7)))^7", "((1-t)*M^(1/7)+t*N^(1/7))^7", "((1-t)*M^(1/7)+t*N^(1/7))^6", "((1-t)*N^(1/7)+t*M^(1/7))^7", t=U)
claim("edm", "(M^(1/7))^7", "M", "M*(1+1e-19)", "M^7")
claim("edm", "x + (u-s)*(x-w)/s", "u/s*x+(1-u/s)*w", "u/s*x-(1-u/s)*w", "s/u*x+(1-u/s)*w")
claim("edm", "sqrt(s^2*(1+g)^2-s^2)", "s*sqrt(g*(g+2))", "s*sqrt(g*(g+1))", "s*g*sqrt(g+2)", "s*sqrt(g*(g-2))")
# --- flows
claim("flow", "(xt-(1-t)*x0)/t - x0", "(xt-x0)/t", "(xt+x0)/t", "(xt-x0)/(1-t)", t=U)
claim("flow", "w-(1-u)*x0", "(u-t)*x0 + t*x1", "(u-t)*x0 - t*x1", given=["w = (1-t)*x0 + t*x1"], t=U, x1=R, u=R)
claim("flow", "(x1-(1-u)*w)/(1-(1-u)*t)", "x1-(1-u)*x0", "x1+(1-u)*x0", "x1-(1-u)*x0*t", given=["w = (1-(1-u)*t)*x0 + t*x1"], t=U, x1=R, u=U)
claim("flow", "t/(1-t) - (1-t)/t", "(2*t-1)/(t*(1-t))", "(2*t+1)/(t*(1-t))", "(1-2*t)/(t*(1-t))", t=U)
claim("flow", "(t/(1-t))^2", "1/(1/t-1)^2", "1/(1/t+1)^2", "(1/t-1)^2", t=U)
claim("flow", "u*t/(1+(u-1)*t)", "1-(1-t)/(1+(u-1)*t)", "1-(1-t)/(1+u*t)", "1+(1-t)/(1+(u-1)*t)", t=U)
claim("flow", "log(u*t/(1+(u-1)*t)/(1-u*t/(1+(u-1)*t)))", "log(t/(1-t))+log(u)", "log(t/(1-t))-log(u)", "log(t/(1-t))+u", t=U)
claim("flow", "exp(m+s*z)/(1+exp(m+s*z))", "1/(1+exp(-m)*exp(-s*z))", "1/(1+exp(m)*exp(-s*z))", "1/(1-exp(-m)*exp(-s*z))")
claim("flow", "-(x1*t-w)/(1-t)", "x0", "-x0", "x0+1e-28*t", given=["w = (1-t)*x0 + t*x1"], t=U, x1=R)
# --- guidance
claim("guide", "(1+w)*x - w*y", "y+(1+w)*(x-y)", "y+w*(x-y)", "x+(1+w)*(x-y)", "y-(1+w)*(x-y)")
claim("guide", "y + k*(x-y)", "x+(k-1)*(x-y)", "x+k*(x-y)", "x+(k+1)*(x-y)", "x-(k-1)*(x-y)", k=R)
claim("guide", "x - w*sqrt(1-A)*y", "sqrt(1-A)*(x/sqrt(1-A)-w*y)", "sqrt(1-A)*(x/sqrt(1-A)+w*y)", "(1-A)*(x/sqrt(1-A)-w*y)")
claim("guide", "log(u)+w*(log(u)-log(r))", "log(u^(1+w)/r^w)", "log(u^(1-w)/r^w)", "log(u^w/r^w)", "log(u^(1+w)*r^w)")
claim("guide", "f*s*(x/t)+(1-f)*s", "s*(1+f*(x/t-1))", "s*(1-f*(x/t-1))", "s*(1+f*(x/t+1))", f=U)
# --- constants and nested radicals
K = lambda lhs, rhs, *false: claim("const", lhs, rhs, *false)
K("sqrt(2)*sqrt(3)", "sqrt(6)", "sqrt(5)", "-sqrt(6)", "sqrt(6)+1e-40")
K("log(8)", "3*log(2)", "2*log(2)", "log(2)^3", "3*log(2)-1e-33")
K("exp(log(2)/2)", "sqrt(2)", "sqrt(2)*(1+1e-37)", "2", "1.41421356237309504880168872420969807856967187537694")
K("sqrt(3+2*sqrt(2))", "1+sqrt(2)", "1-sqrt(2)", "sqrt(2)-1", "2+sqrt(2)/4")
K("sqrt(3-2*sqrt(2))", "sqrt(2)-1", "1-sqrt(2)", "sqrt(3)-sqrt(2)")
K("sqrt(7-4*sqrt(3))", "2-sqrt(3)", "sqrt(3)-2", "sqrt(3)-1")
K("sqrt(2-sqrt(3))", "(sqrt(6)-sqrt(2))/2", "(sqrt(2)-sqrt(6))/2", "(sqrt(6)-sqrt(3))/2")
K("sqrt(10+sqrt(24)+sqrt(40)+sqrt(60))", "sqrt(2)+sqrt(3)+sqrt(5)", "sqrt(2)+sqrt(3)-sqrt(5)", "sqrt(2)+sqrt(3)+sqrt(6)")
K("sqrt(16-2*sqrt(29)+2*sqrt(55-10*sqrt(29)))", "sqrt(5)+sqrt(11-2*sqrt(29))", "sqrt(22+2*sqrt(5))", "sqrt(5)-sqrt(11-2*sqrt(29))")
K("sqrt(11+2*sqrt(29))+sqrt(16-2*sqrt(29)+2*sqrt(55-10*sqrt(29)))", "sqrt(5)+sqrt(22+2*sqrt(5))", "sqrt(5)+sqrt(22-2*sqrt(5))", "sqrt(5)+sqrt(22+2*sqrt(5))+1e-24")
K("(7+5*sqrt(2))^(1/3)", "1+sqrt(2)", "1+sqrt(3)", "2+sqrt(2)/5")
K("(26+15*sqrt(3))^(1/3)", "2+sqrt(3)", "1+sqrt(3)", "2+sqrt(3)+1e-31")
K("(2+sqrt(5))^(1/3)-(sqrt(5)-2)^(1/3)", "1", "1-1e-39", "2")
K("(2^(1/3)-1)^(1/3)", "(1/9)^(1/3)-(2/9)^(1/3)+(4/9)^(1/3)", "(1/9)^(1/3)+(2/9)^(1/3)-(4/9)^(1/3)", "(1/9)^(1/3)-(2/9)^(1/3)+(5/9)^(1/3)")
K("sqrt(5^(1/3)-4^(1/3))", "(2^(1/3)+20^(1/3)-25^(1/3))/3", "(2^(1/3)-20^(1/3)+25^(1/3))/3", "(2^(1/3)+20^(1/3)-24^(1/3))/3")
K("sqrt(28^(1/3)-3)", "(98^(1/3)-28^(1/3)-1)/3", "(98^(1/3)-28^(1/3)+1)/3")
K("1/(1+sqrt(2))+1/(sqrt(2)+sqrt(3))+1/(sqrt(3)+2)", "1", "1+1e-26", "sqrt(2)/sqrt(3)")
K("log(2+sqrt(3))+log(2-sqrt(3))", "0", "1e-40", "log(2)")
K("log(sqrt(2)+sqrt(3))", "log(5+2*sqrt(6))/2", "log(5-2*sqrt(6))/2", "log(5+2*sqrt(6))")
K("exp(1)^2", "exp(2)", "exp(1)*2", "exp(2)+1e-36")
K("exp(log(3)+log(5))", "15", "8", "15+1e-29")
K("exp(-2*log(7))", "1/49", "-14", "1/7")
K("log(sqrt(50))", "log(2)/2+log(5)", "log(2)+log(5)", "log(2)/2+2*log(5)")
K("log(1000)/log(10)", "3", "3+1e-21", "2")
K("4^(1/3)*2^(1/3)", "2", "2^(1/3)", "2-1e-38")
K("8^(2/3)", "4", "16/3", "4+1e-27")
K("sqrt(sqrt(81))", "3", "9", "-3")
K("sqrt(12)+sqrt(27)", "5*sqrt(3)", "sqrt(39)", "5*sqrt(3)-1e-34")
K("sqrt(1/2)+sqrt(1/8)", "3/(2*sqrt(2))", "3/(4*sqrt(2))", "sqrt(5/8)")
K("0.125^(1/3)", "0.5", "0.25", "0.50000000000000000000000000000000000001")
K("sqrt(1022117)", "sqrt(1009)*sqrt(1013)", "sqrt(1009)*sqrt(1019)", "sqrt(1009)+sqrt(1013)")
K("exp(3.14159265358979323846264338327950288*sqrt(163))", "exp(sqrt(163*3.14159265358979323846264338327950288^2))", "262537412640768744", "640320^3+744", "262537412640768743.99999999999925")
K("abs(sqrt(2)+sqrt(3)-22/7)", "sqrt(2)+sqrt(3)-22/7", "22/7-sqrt(2)-sqrt(3)")
K("abs(1-sqrt(5))", "sqrt(5)-1", "1-sqrt(5)", "sqrt(6)-1")
K("log(3)/log(9)", "1/2", "1/3", "1/2+1e-40")
K("2^(log(3)/log(2))", "3", "2", "3.0000000000000000000000000001")
K("9^(log(2)/log(3))", "4", "2", "8")
K("sqrt(exp(2))", "exp(1)", "2.718281828459045235360287471352662497757", "exp(2)")
K("exp(1/2)*exp(1/3)", "exp(5/6)", "exp(1/6)", "exp(2/5)")
K("(1+sqrt(5))/2 - 2/(1+sqrt(5))", "1", "0", "1-1e-32")
K("((1+sqrt(5))/2)^5", "(11+5*sqrt(5))/2", "(11-5*sqrt(5))/2", "(12+5*sqrt(5))/2")
# --- domain traps: what holds and what does not
D = lambda lhs, rhs, *false, **k: claim("domain", lhs, rhs, *false, **k)
D("sqrt(x^2)", "abs(x)", "x", "-x", "sqrt(x)^2+abs(x)-x+1e-30*x")
D("log(x^2)", "2*log(abs(x))", "log(abs(x))", "2*log(abs(x))+1e-30")
D("log(x^4)/2", "log(x^2)", "log(x^2)/2", "2*log(x^2)")
D("x/x", "1", "1+1e-40", "x")
D("(x^2-1)/(x-1)", "x+1", "x-1", "abs(x)+1")
D("abs(x)/x", "x/abs(x)", "1", "-1")
D("x/sqrt(x)", "sqrt(x)", "-sqrt(x)", "x")
D("exp(log(x))", "x", "abs(x)+1", "1/x")
D("log(exp(x))", "x", "abs(x)", "x+1e-40")
D("exp(2*log(x))", "x^2", "x", "2*x")
D("exp(log(x)/3)^3", "x", "x^3", "-x")
D("x^3^(1/1)", "x*x^2", "x^2", "abs(x)^3")
D("abs(x)^3", "x^2*abs(x)", "x^3", "-x^3")
D("abs(x*y)", "abs(x)*abs(y)", "x*y", "abs(x)*y")
D("sqrt(x^2*y^2)", "abs(x)*abs(y)", "x*y", "x*abs(y)")
D("sqrt(x*y)", "sqrt(abs(x))*sqrt(abs(y))", "sqrt(abs(x))*sqrt(abs(y))*x/abs(x)", "sqrt(x*x)+sqrt(y*y)")
D("abs(x-y)", "abs(y-x)", "x-y", "abs(x+y)", "abs(x)-abs(y)")
D("(x+y+abs(x-y))/2-(x+y-abs(x-y))/2", "abs(x-y)", "x-y", "abs(x-y)/2")
D("abs(abs(x)-1)*abs(abs(x)+1)", "abs(x^2-1)", "x^2-1", "1-x^2", "abs(x^2+1)")
D("sqrt(x^2-2*x+1)", "abs(1-x)", "x-1", "1-x", "abs(x+1)")
D("sqrt((x-1)^2)+sqrt((x-2)^2)", "abs(x-1)+abs(x-2)", "1", "2*x-3", "abs(2*x-3)")
D("sqrt((x-1)^2)+sqrt((x-2)^2)", "1", "3-2*x", "1+1e-17", x="(1,2)")
D("sqrt((x-1)^2)+sqrt((x-2)^2)", "2*x-3", "1", "3-2*x", x="(2,5)")
D("abs(x)", "-x", "x", x="(-inf,0)")
D("abs(x)", "-x", "x", x="(-inf,0]")
D("sqrt(x^2)/x", "-1", "1", x="(-3,0)")
D("abs(x-5)", "5-x", "x-5", x="[0,5]")
D("abs(x-5)", "abs(5-x)", "5-x", x="[0,7]")
D("abs(x^2-x)", "x-x^2", "x^2-x", x="[0,1]")
D("abs(exp(x)-1)", "exp(x)-1", "1-exp(x)", x="[0,inf)")
D("abs(exp(x)-1-x^2)", "abs(x^2+1-exp(x))", "exp(x)-1-x^2", "abs(x^2-1-exp(x))")
D("abs(log(x))", "log(x)", "-log(x)", x="(1,inf)")
D("abs(log(x))", "abs(log(1/x))", "log(x)", "-log(x)", x=P)
D("sqrt(log(x)^2)", "abs(log(x))", "log(x)", x=P)
D("sqrt(1-2*x*sqrt(1-x^2))", "abs(x-sqrt(1-x^2))", "x-sqrt(1-x^2)", "sqrt(1-x^2)-x", x="(0,1)")
D("sqrt(x+2*sqrt(x)+1)", "sqrt(x)+1", "sqrt(x)-1", "x+1", x=P)
D("sqrt(x-2*sqrt(x)+1)", "abs(sqrt(x)-1)", "sqrt(x)-1", "1-sqrt(x)", x=P)
D("sqrt(x-2*sqrt(x)+1)", "1-sqrt(x)", "sqrt(x)-1", x="(0,1)")
D("sqrt(x-2*sqrt(x)+1)", "sqrt(x)-1", "1-sqrt(x)", x="(1,inf)")
D("(x^2)^(1/4)", "sqrt(abs(x))", "sqrt(x)+abs(x)-x+1e-9*x^2", "abs(x)")
D("(x^6)^(1/3)", "x^2", "-x^2", "x^3")
D("(x^6)^(1/6)", "abs(x)", "x", "x^2")
D("(x^3)^(1/3)", "x", "-x", "x^(1/3)")
D("(x^2)^(3/2)", "abs(x)^3", "x^3", "x^2*x")
D("x^(2/3)*x^(1/3)", "x", "-x", "x^(2/9)", x=P)
D("x^0.5*x^0.25", "x^0.75", "x^0.125", "x^0.7500001", x=P)
D("x^-2", "1/x^2", "-x^2", "1/abs(x)")
D("(-x)^3", "-x^3", "x^3", "abs(x)^3")
D("(-x)^4", "x^4", "-x^4", "x^3*abs(x)")
D("(-2)^3*x", "-8*x", "8*x", "-6*x")
D("-x^2", "-(x*x)", "x^2", "(-x)^2")
D("2^3^2*x", "512*x", "64*x", "511*x")
D("1/(1/x)", "x", "1/x", "abs(x)")
D("x^0", "1", "x", "0")
D("0*log(x)", "0", "1e-35", "log(x)")
D("1/(1+1/x)", "x/(x+1)", "x+1", "1/(x+1)")
D("log(x)+log(y)", "log(x*y)", "log(x+y)", "log(x)*log(y)", "log(x/y)")
D("log(x*y)", "log(abs(x))+log(abs(y))", "log(abs(x))-log(abs(y))", "log(abs(x)+abs(y))")
D("log(x/(1+x))", "log(x)-log(1+x)", "log(x)+log(1+x)", "-log(1+x)", x=P)
D("log((1-x)^2)", "2*log(1-x)", "2*log(1+x)", "log(1-x)", x="(-1,1)")
D("exp(x)*exp(-x)", "1", "1+1e-40*x", "exp(x-1)")
D("exp(x+y)", "exp(x)*exp(y)", "exp(x)+exp(y)", "exp(x*y)")
D("exp(x)^y", "exp(x*y)", "exp(x^y)", "exp(x+y)")
D("(exp(x)+exp(-x))^2-(exp(x)-exp(-x))^2", "4", "2", "4+1e-31*x")
D("log(exp(x)+exp(-x))", "abs(x)+log(1+exp(-2*abs(x)))", "x+log(1+exp(-2*abs(x)))", "abs(x)+log(1+exp(-abs(x)))", "abs(x)+log(1+exp(2*abs(x)))")
D("sqrt(exp(2*x)+2+exp(-2*x))", "exp(x)+exp(-x)", "exp(x)-exp(-x)", "abs(exp(x)-exp(-x))")
D("sqrt(exp(2*x)-2+exp(-2*x))", "abs(exp(x)-exp(-x))", "exp(x)-exp(-x)", "exp(-x)-exp(x)")
D("x^y*x^z", "x^(y+z)", "x^(y*z)", "x^(y-z)", x=P)
D("(x^y)^z", "x^(y*z)", "x^(y^z)", "x^(y+z)", x=P)
D("x^y/y^y", "(x/y)^y", "(y/x)^y", "(x/y)^(2*y)", x=P, y=P)
D("abs(x+y)+abs(x-y)", "abs(abs(x)+abs(y))+abs(abs(x)-abs(y))", "2*abs(x)", "2*abs(x)+2*abs(y)", "2*x")
D("x*(y-z)+y*(z-x)+z*(x-y)", "0", "1e-40", "x*1e-20")
D("(x-y)*(y-z)*(z-x)", "x*(y^2-z^2)+y*(z^2-x^2)+z*(x^2-y^2)", "x*(y^2-z^2)+y*(x^2-z^2)+z*(y^2-x^2)", "(y-x)*(y-z)*(z-x)")
D("1/((x-y)*(x-z))+1/((y-x)*(y-z))+1/((z-x)*(z-y))", "0", "1e-28", "1/(x*y*z)")
D("x^2/((x-y)*(x-z))+y^2/((y-x)*(y-z))+z^2/((z-x)*(z-y))", "1", "0", "1+1e-30*x")
D("(x^2+y^2)*(z^2+w^2)", "(x*z-y*w)^2+(x*w+y*z)^2", "(x*z-y*w)^2+(x*w-y*z)^2", "(x*z+y*w)^2+(x*w+y*z)^2")
D("1/sqrt(2*x)", "sqrt(2)/(2*sqrt(x))", "sqrt(2)/sqrt(x)", "sqrt(2*x)/x", x=P)
D("sqrt(x/y)", "sqrt(x*y)/y", "sqrt(x*y)/x", "x*y", x=P, y=P)
D("abs(y-x)", "y-x", "x-y", given=["x < y"])
D("sqrt(x^2-2*x*y+y^2)", "x-y", "y-x", "x+y", given=["x > y"])
D("abs(x-y)+abs(y-z)", "z-x", "x-z", "2*y-x-z", given=["x < y", "y < z"])
D("abs(x*y-x-y+1)", "(1-x)*(1-y)", "(x-1)*(1-y)", "1-x*y", x=U, y=U)
D("abs(x-2*sqrt(x*y)+y)", "(sqrt(x)-sqrt(y))^2", "(sqrt(x)+sqrt(y))^2", "abs(x-y)", x=P, y=P)
D("abs(x^2+x*y+y^2)", "x^2+x*y+y^2", "x^2-x*y+y^2", "-(x^2+x*y+y^2)")
D("sqrt((x^2+1)^2)", "x^2+1", "-x^2-1", "x^2+1+1e-33")
D("abs(1/(x^2+2*x+2))", "1/((x+1)^2+1)", "1/((x-1)^2+1)", "-1/((x+1)^2+1)")
D("sqrt(1+1/x^2)", "sqrt(x^2+1)/abs(x)", "sqrt(x^2+1)/x", "-sqrt(x^2+1)/x")
D("abs(x)*sqrt(1+1/x^2)", "sqrt(1+x^2)", "x*sqrt(1+1/x^2)", "sqrt(1-x^2)")
D("log(sqrt(x^2+1)+x)", "-log(sqrt(x^2+1)-x)", "log(sqrt(x^2+1)-x)", "-log(sqrt(x^2-1)-x)")
D("1/(sqrt(x+1)+sqrt(x))", "sqrt(x+1)-sqrt(x)", "sqrt(x)-sqrt(x+1)", "sqrt(x+1)+sqrt(x)", x=P)
D("(sqrt(x+1)-1)*(sqrt(x+1)+1)/x", "1", "x", "1-1e-18", x="(-1,inf)")
D("h", "abs(h)", "-h", given=["h = x-y"], h=P)
D("sqrt(h^2)", "x-y", "y-x", given=["h = x-y"], h=P)
D("k*h", "x", "-x", given=["h = sqrt(x)", "k = sqrt(x)"], h=R, k=R)
D("abs(x)", "x", "-x", given=["h = sqrt(x)"], h=R)
D("abs(x-1)", "x-1", "1-x", given=["h = log(x-1)"], h=R)
D("c*x-x", "2*x", "3*x", given=["c = 3"], c="[3,3]")
D("x^k", "x^2", "x^3", "abs(x)", k="[2,2]")
D("sqrt(1-x^2)*sqrt(1-x^2)", "(1-x)*(1+x)", "(1-x)^2", "1+x^2")
D("sqrt(x)*sqrt(1-x)", "sqrt(x-x^2)", "sqrt(x+x^2)", "x-x^2")
D("sqrt(x-1)*sqrt(x+1)", "sqrt(x^2-1)", "sqrt(x^2+1)", "-sqrt(x^2-1)")
D("sqrt(1-x)*sqrt(-1-x)", "sqrt(x^2-1)", "-sqrt(x^2-1)", "sqrt(x^2)-1")
D("x/x+sqrt(-x)", "1+sqrt(-x)", "1-sqrt(-x)", "1+sqrt(-x)*x/abs(x)")
D("1/x+sqrt(-x)-abs(x)", "1/x+sqrt(-x)+x", "1/x+sqrt(-x)-x", "1/x+sqrt(-x)-x^2")
D("sqrt(abs(x))^4", "x^2", "abs(x)", "x")
D("abs(x)^(2/3)", "(x^2)^(1/3)", "x^2/3", "(x^2)^(2/3)")


# --- random identities by rewriting, and their near-misses
def stress(rng, depth):
    if depth == 0:
        return rng.choice(["x", "y", "a", "s", "2", "1/3", "(1-a)", "1.5"])
    f = lambda: stress(rng, depth - 1)
    pick = rng.randrange(8)
    if pick < 2:
        return f"({f()}+{f()})"
    if pick == 2:
        return f"({f()}-{f()})"
    if pick == 3:
        return f"{f()}*{f()}"
    if pick == 4:
        return f"{f()}/(1+{rng.choice(['s', 'a', 'x^2', 'exp(y)'])})"
    if pick == 5:
        return f"sqrt({rng.choice(['s', 'a', '1-a', 's+a', 'x^2+s'])})*{f()}"
    if pick == 6:
        return f"abs({f()})"
    return rng.choice(["exp(y)", "log(s)", "exp(-x)", "log(1+a*s)", "s^(2/3)", "a^y"]) + f"*{f()}"


REWRITINGS = [
    lambda e: f"(({e})*s+({e})*a)/(s+a)",
    lambda e: f"(({e})+x*y)-y*x",
    lambda e: f"({e})*sqrt(s*a)/(sqrt(s)*sqrt(a))",
    lambda e: f"(({e})+log(s^2*a))-2*log(s)-log(a)",
    lambda e: f"({e})*exp(x-y)*exp(y)/exp(x)",
    lambda e: f"((({e})+1)^2-(({e})-1)^2)/4",
    lambda e: f"({e})*(1-a)/(1-sqrt(a))/(1+sqrt(a))",
    lambda e: f"({e})*(abs(x)+abs(y))/sqrt(x^2+y^2+2*abs(x*y))",
]
SPOILERS = ["(1+1e-{k})*({e})+1e-{k}", "({e})+1e-{k}*(abs(x-y)-x+y)", "({e})+1e-{k}*(sqrt(s)-s)", "({e})+1e-{k}*exp(y)", "({e})-1e-{k}*log(s)"]


def add_stress(rng):
    for _ in range(40):
        lhs = stress(rng, 3)
        rhs = lhs
        for rewriting in rng.sample(REWRITINGS, rng.choice([1, 1, 2])):
            rhs = rewriting(rhs)
        spoiler = rng.choice(SPOILERS).replace("{e}", rhs).replace("{k}", str(rng.randint(6, 40)))
        claim("random", lhs, rhs, spoiler)


# --- must never be proved, whether or not a counterexample can be found
UNPROVED = []


def never(why, lhs, rhs, symbols, *given):
    UNPROVED.append({"id": f"unproved-{len(UNPROVED) + 1}", "why": why, "lhs": lhs, "rhs": rhs, "symbols": symbols, "given": list(given)})


CUBIC = "x^3-27/13*x^2+231/169*x-49/169"  # (x - 7/13)^2·(x - 1): zero at the isolated point 7/13
never("opposite conditions on x, and a gap far below any precision", "1/x+sqrt(-x)+1e-4000*abs(x)", "1/x+sqrt(-x)+1e-4000*x", {"x": R})
never("the same, conditions met in the other order", "sqrt(-x)+1/x+1e-4000*sqrt(x^2)", "sqrt(-x)+1/x+1e-4000*x", {"x": R})
never("two opposite roots leave only x = 0, where y differs", "sqrt(x)+sqrt(-x)+y", "sqrt(x)+sqrt(-x)+y+1e-4000", {"x": R, "y": R})
never("an isolated point of the set, by a defined symbol's domain", "sqrt(h)+abs(x-1)", "sqrt(h)+x-1", {"x": R, "h": "[0,inf)"}, f"h = {CUBIC}")
never("an isolated point of the definedness set", f"sqrt({CUBIC})+abs(x-1)", f"sqrt({CUBIC})+x-1", {"x": R})
never("an isolated point that only one branch in sixteen shows",
      "+".join(f"sqrt(x^3-({c}+14/13)*x^2+({14 * c}/13+49/169)*x-{49 * c}/169)" for c in (1, 2, 3)) + "+" + "*".join(f"(abs(x-{c})-x+{c})" for c in (1, 2, 3)),
      "+".join(f"sqrt(x^3-({c}+14/13)*x^2+({14 * c}/13+49/169)*x-{49 * c}/169)" for c in (1, 2, 3)), {"x": R})
never("a set that is empty by less than rounding", "x+x", "2*x", {"x": R, "h": "[0,inf)"}, "h = -1e-13-x^2")
never("an inequality that only rounding satisfies", "x+x", "2*x", {"x": "(0,10)"}, "0 < (1e16+x)-1e16-x")
never("contradicting inequalities", "x", "x+y-y", {"x": U, "y": U}, "x < y", "y < x")
never("contradicting domains", "h+h", "2*h", {"x": "(0,1)", "h": "(2,3)"}, "h = x+1/2")
never("defined nowhere", "(x-x)/(x-x)", "1", {"x": R})
never("defined nowhere: log of a negative", "log(-1-x^2)", "log(-1-x^2)+0*x", {"x": R})
never("defined nowhere: a root of a negative", "sqrt(-1-x^2)*2", "sqrt(-1-x^2)+sqrt(-1-x^2)", {"x": R})
never("defined nowhere: 0^0 as an exponent", "x^(0^0)", "x", {"x": R})
never("defined nowhere: opposite logarithms", "log(x)+log(-x)", "log(-x)+log(x)+0*x", {"x": R})
never("a hidden zero divisor", "x/(sqrt(5+2*sqrt(6))-sqrt(2)-sqrt(3))", "2*x/(sqrt(5+2*sqrt(6))-sqrt(2)-sqrt(3))", {"x": R})
never("a reversed interval", "x", "x*x/x", {"x": "(1,0)"})
never("0 = 1 below precision", "1e-4000*x", "2e-4000*x+1e-4000*(x-x)", {"x": "(0,1)"})
never("a sign far below precision", "1+1e-4000*sqrt((x-y)^2)", "1+1e-4000*(x-y)", {"x": R, "y": R})
never("an inequality that does not order", "1+1e-4000*abs(x-y)", "1+1e-4000*(x-y)", {"x": R, "y": R, "z": R}, "z < x")
never("a wrong order", "1+1e-4000*abs(x-y)", "1+1e-4000*(x-y)", {"x": R, "y": R}, "x < y")
never("holds on [0,1) only", "1+1e-4000*abs(1-x)", "1+1e-4000*(1-x)", {"x": "[0,1.0000000001]"})
never("a branch of a constant far below precision", "1+1e-4000*sqrt(7-4*sqrt(3))", "1+1e-4000*(sqrt(3)-2)", {})
never("a difference in one quarter of the plane, below precision", "1+1e-4000*(abs(x)-x)*(abs(y)-y)", "1", {"x": R, "y": R})
never("a difference in one of eight cases, below precision", "1+1e-4000*(abs(x)-x)*(abs(y)-y)*(abs(x-y)-x+y)", "1", {"x": R, "y": R})
never("a defined symbol that may be slightly negative", "1+1e-4000*(abs(h)-h)", "1", {"x": R, "y": R, "h": "(-1e-9,inf)"}, "h = x-y")
never("a domain that ends slightly below 0", "1+1e-4000*(abs(x)-x)", "1", {"x": "[-1e-30,1]"})
never("an isolated point that a definition allows", "1+1e-4000*(abs(x-1)-x+1)", "1", {"x": R, "h": R}, f"h = sqrt({CUBIC})")
never("an isolated point that an inequality allows", "1+1e-4000*(abs(x-1)-x+1)", "1", {"x": R}, f"0 < 1+sqrt({CUBIC})")
never("equal signs that the set does not force", "1+1e-4000*(abs(x+y)-abs(x)-abs(y))", "1", {"x": R, "y": R, "h": "[-1e-30,inf)"}, "h = x*y")


def code(text):
    text = re.sub(r"(?<![\w.])(\d+\.?\d*(?:e[-+]?\d+)?)", r"mpf('\1')", text)
    return compile(text.replace("^", "**").strip(), text, "eval")


def value(text, point):
    result = eval(code(text), {"__builtins__": {}, "mpf": mp.mpf, **FUNCTIONS}, point)
    if isinstance(result, mp.mpc) or not mp.isfinite(result):
        raise ValueError("not real")
    return result


def bounds(domain):
    low, high = (end.strip(" ()[]") for end in domain.split(","))
    return mp.mpf(low), mp.mpf(high)


def draw(domain, rng):
    low, high = bounds(domain)
    if low == high:
        return low
    if mp.isinf(low) and mp.isinf(high):
        return mp.mpf(rng.randint(-30000, 30000)) / 10007
    if mp.isinf(high):
        return low + mp.exp(mp.mpf(rng.randint(-150, 150)) / 101)
    if mp.isinf(low):
        return high - mp.exp(mp.mpf(rng.randint(-150, 150)) / 101)
    return low + (high - low) * mp.mpf(rng.randint(200, 9800)) / 10007


def pairs(entry, rng, wanted=30):
    definitions = {g.split("=")[0].strip(): g.split("=")[1] for g in entry["given"] if "=" in g}
    found = 0
    for _ in range(6000):
        point = {n: draw(d, rng) for n, d in entry["symbols"].items() if n not in definitions}
        try:
            for _ in definitions:
                for n, text in definitions.items():
                    if n not in point and all(s in point or s in (*FUNCTIONS, "mpf") for s in code(text).co_names):
                        point[n] = value(text, point)
            inside = all(bounds(entry["symbols"][n])[0] <= point[n] <= bounds(entry["symbols"][n])[1] for n in definitions)
            order = all((value(g.split("<")[0], point) < value(g.split("<")[1], point)) if "<" in g else (value(g.split(">")[0], point) > value(g.split(">")[1], point)) for g in entry["given"] if "=" not in g)
            if not (inside and order):
                continue
            both = value(entry["lhs"], point), value(entry["rhs"], point)
        except (ValueError, ZeroDivisionError, TypeError):
            continue
        yield both
        found += 1
        if found == wanted:
            return


def label(entry, rng):
    seen = list(pairs(entry, rng))
    if not seen:
        return None
    return all(abs(l - r) <= mp.mpf(10) ** -85 * (1 + abs(l) + abs(r)) for l, r in seen)


def entries(rng):
    names = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
    made = {"true": [], "false": []}
    for topic, lhs, rhs, false, domains, given in CLAIMS:
        definitions = {g.split("=")[0].strip(): g.split("=")[1] for g in given if "=" in g}
        for truth, right in [("true", rhs), *(("false", f) for f in false)]:
            used = {n for t in (lhs, right, *given) for n in names.findall(t)} - set(FUNCTIONS)
            symbols = {n: domains.get(n, DEFAULT.get(n, P)) for n in sorted(used)}
            for n in definitions:  # a defined symbol is not confined further than its definition
                symbols[n] = domains.get(n, R)
            number = len(made[truth]) + 1
            made[truth].append({"id": f"heldout-{truth[0]}{number}-{topic}", "lhs": lhs, "rhs": right, "symbols": symbols, **({"given": given} if given else {})})
    return made


def main():
    rng = random.Random(20261123)
    add_stress(rng)
    made, wrong = entries(rng), []
    for truth, claims in made.items():
        for entry in claims:
            found = label({"given": [], **entry}, rng)
            if found is not (truth == "true"):
                wrong.append((entry["id"], found, entry["lhs"], entry["rhs"]))
    for name, claims in {**made, "unproved": UNPROVED}.items():
        with open(os.path.join(HERE, "..", "symbolic", "corpus", f"heldout-{name}.json"), "w", encoding="utf-8") as file:
            json.dump(claims, file, indent=2)
            file.write("\n")
    print({k: len(v) for k, v in made.items()}, len(UNPROVED), "wrong labels:", *wrong, sep="\n")


main()

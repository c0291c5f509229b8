using System;
using System.Collections.Generic;
using System.Linq;
using Vireo.Generators.Spec;

namespace Vireo.Generators.Contract;

/// <summary>The driver of a read-only connection: what changes anything is refused before it reaches the driver.</summary>
internal sealed class ReadOnlyDecorator
{
    private readonly SpecModel _model;
    private readonly string _name;
    private readonly IEnumerable<ContractMethod> _methods;

    public ReadOnlyDecorator(SpecModel model, string name, IEnumerable<ContractMethod> methods)
    {
        _model = model;
        _name = name;
        _methods = methods;
    }

    public string Emit()
    {
        var code = new CodeWriter("Vireo.Drivers");
        code.Block($"internal sealed partial class ReadOnly{_name}({_name} inner) : {_name}", () =>
        {
            foreach (var m in _methods)
            {
                code.Block($"public override {m.Returns} {m.Name}({m.Parameters})", () => Body(code, m)).Line();
            }
        });
        return code.ToString();
    }

    private void Body(CodeWriter code, ContractMethod m)
    {
        if (m.Procedure.AlwaysWrites)
        {
            code.Line($"throw ReadOnlyAccess.Denied(\"{m.Api}\");");
            return;
        }

        var flags = m.Args.FirstOrDefault(a => a.Name == "flags" && a.Type == "uint");
        foreach (var flag in m.Procedure.WriteFlags)
        {
            if (flags.Name is not null)
            {
                code.Line($"ReadOnlyAccess.DenyFlags(flags, {Mask(flag)}, \"{m.Api}\");");
            }
        }

        foreach (var (argument, value) in m.Procedure.WriteValues)
        {
            var number = _model.EnumValue(value) ?? throw new FormatException($"unknown value {value} in an access rule");
            code.Block($"if ({SpecNames.Parameter(argument)} == {number})", () => code.Line($"throw ReadOnlyAccess.Denied(\"{m.Api}\");"));
        }

        code.Line($"return inner.{m.Name}({m.Arguments});");
    }

    // FLAG, !A|B (when A is not set or when B is) as the test that ReadOnlyAccess makes.
    private string Mask(string flag)
    {
        long set = 0, clear = 0;
        foreach (var part in flag.Split('|'))
        {
            var negated = part.StartsWith("!", StringComparison.Ordinal);
            var value = _model.EnumValue(negated ? part.Substring(1) : part) ?? throw new FormatException($"unknown flag {part} in an access rule");
            _ = negated ? clear |= value : set |= value;
        }

        return $"{set}u, {clear}u";
    }
}

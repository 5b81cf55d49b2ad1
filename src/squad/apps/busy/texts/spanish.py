"""Trouble told in Spanish: title, description, what solved it."""

from collections.abc import Mapping, Sequence

SPANISH: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "hardware": (
        ("La portátil no enciende", "Ninguna luz, tampoco con otro cargador.",
         "Fuente de poder cambiada; arranque comprobado."),
        ("El monitor parpadea", "Desde esta mañana no se puede trabajar.",
         "Cable de video cambiado."),
    ),
    "network": (
        ("Sin Wi-Fi en el almacén", "Los lectores de códigos están fuera de línea.",
         "Punto de acceso movido a otro puerto y reiniciado."),
        ("La sucursal está sin conexión", "El enrutador tiene una luz roja desde las 8.",
         "Cable cambiado y línea confirmada con el proveedor."),
    ),
    "printer": (
        ("Se atasca el papel en la bandeja 2", "Tercera vez esta semana.",
         "Rodillos de arrastre cambiados."),
        ("La impresora de etiquetas imprime en blanco", "No podemos enviar nada.",
         "Cabezal limpio y ajustado."),
    ),
    "software": (
        ("El programa de contabilidad se cierra solo", "Al registrar facturas, sin mensaje.",
         "Corrección del fabricante instalada, base de datos reparada."),
        ("La actualización se quedó en 35 %", "Desde anoche.",
         "Actualización revertida e instalada sin conexión."),
    ),
    "email": (
        ("No salen correos con archivos adjuntos", "Se quedan en la bandeja de salida.",
         "Límite de tamaño del conector ampliado."),
        ("Buzón lleno", "Borré mucho y el aviso sigue.",
         "Correo de más de dos años movido al archivo."),
    ),
    "access": (
        ("Cuenta bloqueada tras cambiar la contraseña", "Ni el teléfono ni la portátil entran.",
         "Cuenta desbloqueada, contraseña vieja borrada del teléfono."),
        ("La compañera nueva necesita acceso a archivos", "Empieza hoy.",
         "Añadida al grupo; probado con ella."),
    ),
    "storage": (
        ("La copia de seguridad falla hace tres noches", "El informe dice: sin espacio.",
         "Disco dañado cambiado, copia completa iniciada."),
        ("La unidad compartida es de solo lectura", "Nadie en finanzas puede guardar.",
         "Volumen reparado, permisos revisados."),
    ),
    "security": (
        ("Abrí un correo sospechoso", "Hice clic en el enlace de un aviso de paquete.",
         "Portátil aislada y revisada, contraseñas cambiadas. No se encontró nada."),
        ("El lector de tarjetas rechaza a todos", "Abrimos la puerta a mano.",
         "Lector cambiado, certificados cargados de nuevo."),
    ),
    "phone": (
        ("Sin tono en la recepción", "Los clientes oyen ocupado.",
         "Teléfono y cable cambiados."),
        ("Las llamadas se cortan a los dos minutos", "Todas las salientes.",
         "Temporizador de la pasarela corregido."),
    ),
    "pos": (
        ("La terminal no acepta tarjetas con chip", "Solo sin contacto. ¡Hay mucha fila!",
         "Terminal cambiada y pago de prueba hecho."),
        ("La caja 3 se congela al cobrar", "Se detiene al imprimir el recibo.",
         "Cabezal de la impresora cambiado, controlador actualizado."),
    ),
    "other": (
        ("El proyector hace mucho ruido", "Sala de juntas, la reunión es el jueves.",
         "Filtro limpio, lámpara cambiada."),
        ("Mover cuatro puestos al primer piso", "Los escritorios ya están allá.",
         "Cuatro puestos movidos y probados."),
    ),
}  # fmt: skip
